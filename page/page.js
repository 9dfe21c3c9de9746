// What the page does by itself, without asking the server: jumps to cards, copying, scrolling. No network, no HTML.
(() => {
  document.documentElement.lang = "zh-CN";

  // Scrolled to and flashed; a closed turn of earlier evidence is opened first.
  const show = (element, block = "center") => {
    for (let d = element.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block, behavior: calm ? "auto" : "smooth" });
    element.classList.remove("tw-flash");
    void element.offsetWidth; // restarts the animation when the same mark is clicked twice
    element.classList.add("tw-flash");
    element.focus({ preventScroll: true });
  };

  // A tab just opened is drawn a moment later: try until the element can be seen.
  const showSoon = (find, block, tries = 60) => {
    const element = find();
    if (element && element.offsetParent !== null) show(element, block);
    else if (tries) setTimeout(showSoon, 50, find, block, tries - 1);
  };

  const copy = async (text) => {
    if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea"); // plain http on an office network has no clipboard API
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("copy");
  };

  const tell = (button, word) => {
    const label = (button.dataset.label ??= button.textContent);
    button.textContent = word;
    setTimeout(() => (button.textContent = label), 1600);
  };

  document.addEventListener("click", (event) => {
    const mark = event.target.closest("a.tw-mark, a.tw-jump");
    if (mark) {
      event.preventDefault();
      const target = document.getElementById(mark.getAttribute("href").slice(1));
      if (target) show(target.closest("article") ?? target, mark.matches(".tw-jump") ? "start" : "center");
    }
    const button = event.target.closest("button.tw-copy");
    if (button) copy(button.dataset.copy).then(() => tell(button, "已复制"), () => tell(button, "复制失败，请手动选择"));
  });

  // Back returns to the tab a document was opened from, instead of leaving the page and its conversation.
  const tabs = () => [...document.querySelectorAll("button[role=tab]")];
  addEventListener("popstate", (event) => tabs()[event.state?.tab ?? 0]?.click());

  window.tw = {
    show,
    copy,
    tell,
    // A click on a link to a document; with Ctrl or the middle button it stays an ordinary link to a new tab.
    open(event, tell) {
      const link = event.target.closest("a.tw-open");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const from = tabs().findIndex((tab) => tab.ariaSelected === "true");
      history.replaceState({ tab: Math.max(from, 0) }, "");
      history.pushState({ tab: 2 }, "", link.getAttribute("href"));
      const query = new URL(link.href).searchParams;
      tell({ doc: query.get("doc"), clause: query.get("clause") ?? "" });
    },
    // A document was drawn: go to the clause it was opened at, or to its top.
    drawn(element) {
      const shown = element.querySelector(".tw-document");
      if (!shown) return;
      for (const link of document.querySelectorAll(".tw-list a"))
        link.ariaCurrent = new URL(link.href).searchParams.get("doc") === shown.dataset.doc ? "true" : null;
      const clause = element.querySelector(".tw-clause.target");
      if (clause) showSoon(() => element.querySelector(".tw-clause.target"), "center");
      else showSoon(() => element.querySelector("h2"), "nearest");
    },
  };
})();
