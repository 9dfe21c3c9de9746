// The tabs by arrow keys, as every list of tabs is used; Home and End lead to the first and the last.
(() => {
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("button[role=tab]");
    if (!tab || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...tab.closest("[role=tablist]").querySelectorAll("button[role=tab]")].filter((t) => t.offsetParent);
    const at = all.indexOf(tab);
    const to =
      event.key in steps ? all[(at + steps[event.key] + all.length) % all.length]
      : event.key === "Home" ? all[0]
      : event.key === "End" ? all[all.length - 1]
      : null;
    if (!to) return;
    event.preventDefault();
    to.click();
    to.focus();
  });
})();
