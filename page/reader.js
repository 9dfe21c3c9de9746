// The document being read: its tools, find in the text, clauses by arrow keys, the original beside it, files to save.
(() => {
  const plain = (text) => text.normalize("NFKC").toLowerCase();

  // Where a word stands in an element, white space disregarded: lists of [text node, start, stop].
  const places = (element, word) => {
    const letters = [];
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walk.nextNode())
      for (let i = 0; i < walk.currentNode.length; i++)
        for (const letter of plain(walk.currentNode.data[i]).trim()) letters.push([letter, walk.currentNode, i]);
    const flat = letters.map(([letter]) => letter).join("");
    const found = [];
    for (let at = flat.indexOf(word); at >= 0; at = flat.indexOf(word, at + word.length)) {
      const parts = [];
      for (const [, node, i] of letters.slice(at, at + word.length)) {
        const last = parts[parts.length - 1];
        if (last && last[0] === node) last[2] = i + 1;
        else parts.push([node, i, i + 1]);
      }
      found.push(parts);
    }
    return found;
  };

  const clear = (root) => {
    for (const mark of root.querySelectorAll("mark.tw-hit")) {
      const parent = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      parent.normalize();
    }
  };

  // Marks every place and returns the first mark of each.
  const marked = (root, word) => {
    const first = [];
    for (const text of root.querySelectorAll(".tw-text, .tw-grid td:not(.tw-last), .tw-clauses :is(h3, h4, h5, h6)")) {
      const own = [];
      const cuts = places(text, word).flatMap((parts, n) => parts.map((part, k) => [...part, n, k]));
      for (const [node, start, stop, n, k] of cuts.reverse()) { // from behind, so that what is before keeps its place
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, stop);
        const mark = document.createElement("mark");
        mark.className = "tw-hit";
        range.surroundContents(mark);
        if (k === 0) own[n] = mark;
      }
      first.push(...own);
    }
    return first;
  };

  const finder = (element) => {
    const box = element.querySelector(".tw-find input");
    if (!box) return;
    const told = element.querySelector(".tw-find output");
    const arrows = element.querySelectorAll(".tw-find button");
    let hits = [], at = 0, waiting = 0;
    const go = (to) => {
      if (!hits.length) return;
      hits[at]?.classList.remove("now");
      at = (to + hits.length) % hits.length;
      hits[at].classList.add("now");
      hits[at].scrollIntoView({ block: "center" });
      told.textContent = `${at + 1}/${hits.length}`;
    };
    const look = () => {
      clear(element);
      const word = plain(box.value).replace(/\s+/g, "");
      hits = word ? marked(element, word) : [];
      for (const arrow of arrows) arrow.hidden = hits.length < 2;
      told.textContent = word && !hits.length ? "没有" : "";
      go(0);
    };
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 150); });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); go(at + (event.shiftKey ? -1 : 1)); }
      if (event.key === "Escape") { box.value = ""; look(); }
    });
    element.querySelector(".tw-up")?.addEventListener("click", () => go(at - 1));
    element.querySelector(".tw-down")?.addEventListener("click", () => go(at + 1));
  };

  // One clause is a stop of Tab; the arrow keys go on from there.
  const walk = (event, element) => {
    const clause = event.target.closest(".tw-clause");
    if (!clause || event.target !== clause || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const all = [...element.querySelectorAll(".tw-clause")];
    const next = all[all.indexOf(clause) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    choose(element, next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const choose = (element, clause) => {
    for (const other of element.querySelectorAll('.tw-clause[tabindex="0"]')) other.tabIndex = -1;
    clause.tabIndex = 0;
  };

  // The heading above what is read is told in the contents.
  const spy = (element) => {
    const pane = document.getElementById("reading");
    const links = [...element.querySelectorAll(".tw-outline a")];
    const heads = links.map((link) => document.getElementById(link.getAttribute("href").slice(1)));
    const tell = () => {
      const top = Math.max(pane.getBoundingClientRect().top, 0) + 90;
      let now = -1;
      heads.forEach((head, i) => { if (head && head.getBoundingClientRect().top <= top) now = i; });
      links.forEach((link, i) => (link.ariaCurrent = i === now ? "true" : null));
    };
    pane?.addEventListener("scroll", tell, { passive: true });
    tell();
  };

  const empty = '<div class="tw-empty">在列表中选择一份文件，全文会显示在这里。</div>';
  let closing = () => {};
  addEventListener("popstate", () => {
    if (!new URL(location.href).searchParams.get("doc")) closing();
  });

  const drawn = window.tw.drawn;
  Object.assign(window.tw, {
    reader(element, props, trigger) {
      closing = () => { if (element.querySelector(".tw-document")) props.value = empty; };
      const doc = () => element.querySelector(".tw-document").dataset.doc;
      element.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        const clause = event.target.closest(".tw-clause");
        if (clause) choose(element, clause);
        if (!button) return;
        const id = button.dataset.clause ?? "";
        if (button.matches(".tw-back")) {
          history.pushState({ tab: 2 }, "", location.pathname);
          closing();
          document.querySelector(`.tw-list a[aria-current="true"]`)?.focus();
        } else if (button.matches(".tw-relate")) trigger("relate", { doc: doc(), clause: id });
        else if (button.matches(".tw-lineage")) trigger("lineage", { doc: doc() });
        else if (button.matches(".tw-download")) trigger("download", { doc: doc() });
        else if (button.matches(".tw-original")) {
          button.ariaBusy = "true";
          setTimeout(() => (button.ariaBusy = null), 4000);
          trigger("original", { doc: doc(), clause: id || (element.querySelector(".tw-clause.target")?.id.slice(2) ?? ""), page: null });
        } else if (button.matches(".tw-remove-yes")) trigger("remove", { doc: doc() });
        else if (button.matches(".tw-remove-no")) {
          const details = button.closest("details");
          details.open = false;
          details.querySelector("summary").focus();
        }
      });
      element.addEventListener("keydown", (event) => walk(event, element));
    },
    drawn(element) {
      drawn(element);
      const shown = element.querySelector(".tw-document");
      // A narrow screen has no room for the contents beside the text.
      const outline = element.querySelector("details.tw-outline");
      if (outline && matchMedia("(max-width: 900px)").matches) outline.open = false;
      const beside = document.querySelector("#original .tw-originals");
      if (beside && beside.dataset.doc !== shown?.dataset.doc) tw.closed?.();
      if (!shown || shown.dataset.ready) return;
      shown.dataset.ready = "yes";
      finder(element);
      spy(element);
    },
    originals(element, props, trigger) {
      tw.closed = () => { if (element.querySelector(".tw-originals")) props.value = ""; };
      element.addEventListener("click", (event) => {
        const pane = element.querySelector(".tw-originals");
        const page = event.target.closest("button.tw-page");
        if (page) trigger("original", { doc: pane.dataset.doc, clause: pane.dataset.clause, page: Number(page.dataset.page) });
        if (event.target.closest("button.tw-close")) {
          const clause = document.getElementById(`k-${pane.dataset.clause}`);
          tw.closed();
          clause?.focus({ preventScroll: true });
        }
      });
      element.addEventListener("keydown", (event) => { if (event.key === "Escape") element.querySelector(".tw-close")?.click(); });
    },
    original(element) {
      const place = element.querySelector(".tw-place");
      const image = element.querySelector("img");
      const pane = element.querySelector(".tw-originals");
      for (const was of document.querySelectorAll(".tw-clause.shown")) was.classList.remove("shown");
      if (pane?.dataset.clause) document.getElementById(`k-${pane.dataset.clause}`)?.classList.add("shown");
      const sheet = element.querySelector(".tw-sheet");
      // Only the sheet scrolls: what is around it has its place.
      const show = () => sheet.scrollTo({ top: place ? place.offsetTop - sheet.clientHeight / 2 : 0 });
      if (image && !image.complete) image.addEventListener("load", show, { once: true });
      else if (image) show();
      element.querySelector(".tw-close")?.focus({ preventScroll: true });
    },
    // A file the server has made stands behind a link by now, or a moment later.
    save(id, tries = 40, before = tw.saved) {
      const link = document.querySelector(`#${id} a`);
      if (link && link.href !== before) {
        tw.saved = link.href;
        link.click();
      } else if (tries) setTimeout(() => tw.save(id, tries - 1, before), 50);
    },
  });
})();
