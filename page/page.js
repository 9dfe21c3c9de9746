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

  // Gradio's own messages come in English and speak of connections and queues: what they mean is said in Chinese.
  const titles = { error: "未能完成", warning: "请注意", success: "已完成", info: "提示" };
  const foreign = (text) => /[A-Za-z]{2}/.test(text) && !/[\u4e00-\u9fff]/.test(text);
  new MutationObserver(() => {
    for (const toast of document.querySelectorAll(".toast-wrap")) {
      const texts = document.createTreeWalker(toast, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const text = texts.currentNode;
        if (!foreign(text.data)) continue;
        const title = text.parentElement.closest(".toast-title");
        const kind = title && Object.keys(titles).find((name) => title.classList.contains(name));
        text.data = title ? titles[kind ?? "info"] : "操作没有完成。请重试；仍不成时请刷新网页。";
      }
      for (const close of toast.querySelectorAll(".toast-close[aria-label=Close]")) close.ariaLabel = "关闭";
    }
  }).observe(document.documentElement, { childList: true, subtree: true, characterData: true });

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
