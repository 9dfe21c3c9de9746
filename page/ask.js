// 问政策: sends questions, draws what becomes of them, keeps the panes where they are. All HTML comes escaped from the server.
tw.ask = (root, server, trigger) => {
  const $ = (selector) => root.querySelector(selector);
  const [chat, cards, box, told, chips, scope, list, nav] = [
    "#chat", "#evidence", "#question textarea", "#told", "#chips", "#scope", "#suggestions", "#history",
  ].map($);
  const narrow = matchMedia("(max-width: 900px)");
  let c = ""; // the conversation shown
  let since = 0; // the version of it that is drawn
  let following = null, asked = false; // the loop that waits for its changes, and whether more is to come
  let editing = 0; // the turn that the next question takes the place of
  let sending = Promise.resolve(); // questions reach the server in the order they were sent
  const unfolded = new Set(); // what the reader unfolded, which every step of an answer draws anew

  // Gradio gives nothing where the program cannot be reached, and `detail` where it lets nobody in.
  const call = async (wish) => {
    const got = await server.desk(wish).catch(() => null);
    if (!got || typeof got !== "object") return { error: "与程序的连接中断，没有完成。请确认条问仍在运行，然后重试。" };
    return "detail" in got ? { error: "没有完成：登录可能已过期，请刷新网页后重试。" } : got;
  };
  const say = (message) => {
    told.textContent = message;
    told.hidden = !message;
  };
  const done = (got) => {
    if (got.error) say(got.error);
    return !got.error;
  };
  const day = () => document.querySelector(".tw-asof.chosen .tw-day")?.value || ""; // empty: today
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => (b % 36).toString(36)).join("");
  const sections = () => [...chat.querySelectorAll(".tw-turn")];
  const settled = (section) => ["done", "stopped", "failed", "cut"].includes(section.dataset.stage);
  const running = () => sections().find((section) => !settled(section) && section.dataset.stage !== "queued");

  // ---- the conversation

  const goTo = (id) => {
    c = id;
    following = null;
    unfolded.clear();
    const address = id ? `?c=${id}` : location.pathname;
    if (new URLSearchParams(location.search).get("c") !== (id || null)) history.pushState({ tab: 0 }, "", address);
    sessionStorage.setItem("tw-talk", id);
  };
  const name = (title) => {
    $("#name").textContent = title ?? "";
    $("#name").title = title ?? "";
    $("#export").hidden = !title;
    $("#export").open = false;
  };
  const edit = (n) => {
    editing = n;
    $("#editing").hidden = !n;
    $("#editing span").textContent = n ? `正在修改第 ${n} 问，发送后重新作答` : "";
  };
  const buttons = () => {
    const stop = Boolean(running()) && !box.value.trim();
    $("#stop").hidden = !stop;
    $("#send").hidden = stop;
  };
  const pin = (section) => {
    chat.scrollTop += section.getBoundingClientRect().top - chat.getBoundingClientRect().top - 4;
  };
  const showCards = (n, html) => {
    if (Number(cards.dataset.n) !== n) cards.scrollTop = 0;
    cards.dataset.n = n;
    cards.innerHTML = html;
  };
  const refold = (element) => {
    for (const folded of element.querySelectorAll("details[data-turn]")) folded.open = unfolded.has(folded.dataset.turn);
  };
  root.addEventListener("toggle", ({ target }) => {
    if (target.matches("details[data-turn]")) unfolded[target.open ? "add" : "delete"](target.dataset.turn);
  }, true); // does not bubble

  const draw = (turn) => {
    let section = $(`#t${turn.n}`);
    const began = !section || section.dataset.stage === "queued" || (settled(section) && turn.stage !== section.dataset.stage);
    if (!section) {
      if (!sections().length) chat.replaceChildren();
      section = document.createElement("section");
      section.className = "tw-turn";
      section.id = `t${turn.n}`;
      section.dataset.n = turn.n;
      chat.append(section);
    }
    const focus = section.contains(document.activeElement) && document.activeElement.closest("details[data-turn]")?.dataset.turn;
    section.dataset.stage = turn.stage;
    section.innerHTML = turn.html;
    refold(section);
    if (focus) section.querySelector(`details[data-turn="${focus}"] summary`)?.focus({ preventScroll: true });
    if (began && turn.stage !== "queued") pin(section);
    if (turn.cards && (began || turn.n >= Number(cards.dataset.n || 0))) {
      showCards(turn.n, turn.cards);
      refold(cards);
    }
    buttons();
  };

  // One loop for the conversation shown; with another conversation it is given up, and another begins at once.
  const follow = async () => {
    asked = true;
    if (following) return;
    const own = (following = { c });
    for (let failed = 0; asked && failed < 6; ) {
      asked = false;
      const got = await call({ do: "follow", c: own.c, since });
      if (following !== own) return;
      if (got.error) {
        asked = true;
        failed += 1;
        if (failed === 6) say(`${got.error}已作出的回答仍在“对话记录”中。`);
        else await new Promise((go) => setTimeout(go, 500 * failed));
        if (following !== own) return;
      } else {
        failed = 0;
        since = got.since;
        got.turns.forEach(draw);
        asked = asked || got.pending;
      }
    }
    following = null;
    buttons();
  };

  const open = async (id, n, push = true) => {
    const got = await call({ do: "open", c: id, n });
    if (got.error) {
      if (!push) history.replaceState({ tab: 0 }, "", location.pathname);
      return say(got.error);
    }
    if (push) goTo(id);
    c = id;
    following = null;
    say("");
    edit(0);
    unfolded.clear();
    chat.innerHTML = got.html;
    showCards(got.n, got.cards);
    name(got.title);
    since = got.since;
    const target = n ? $(`#t${n}`) : sections().at(-1);
    if (target) pin(target);
    if (n && target) tw.show(target, "start");
    buttons();
    if (got.pending) follow();
  };

  const begin = async () => {
    const got = await call({ do: "new" });
    if (!done(got)) return;
    goTo("");
    say("");
    edit(0);
    narrowTo({});
    chat.innerHTML = got.html;
    showCards(0, got.cards);
    name("");
    buttons();
    box.focus();
  };

  const send = (question, { whole = false, typed = false } = {}) => {
    if (!question.trim()) return; // an empty Enter makes nothing
    say("");
    const at = editing || undefined;
    edit(0);
    if (typed) write("");
    if (!c) goTo(newId());
    const mine = c;
    sending = sending.then(async () => {
      const got = await call({ do: "ask", c: mine, question, scope: whole ? {} : chosen, at, day: day() });
      if (got.error) {
        if (!box.value) write(question); // what was typed is never lost
        if (mine === c && !sections().length) goTo("");
        return say(got.error);
      }
      if (mine !== c) return;
      name(got.title);
      if (!following) since = got.since;
      follow();
    });
  };

  const stop = async (n) => {
    const section = $(`#t${n}`);
    if (!section) return;
    const waits = section.dataset.stage === "queued";
    const words = section.querySelector(".tw-asked > div").firstChild?.textContent ?? "";
    if (!done(await call({ do: "stop", c, n }))) return;
    if (!waits) return follow();
    if (section.dataset.stage !== "queued") return; // it has begun meanwhile
    section.remove();
    if (!box.value) write(words);
    buttons();
  };

  const cardsOf = async (n) => {
    if (narrow.matches) $("#beside").classList.add("open");
    if (Number(cards.dataset.n) === n && cards.querySelector(".tw-card")) return true;
    const got = await call({ do: "cards", c, n });
    if (!done(got)) return false;
    showCards(n, got.cards);
    return true;
  };

  // ---- the question box, what may be meant, and what is searched

  const write = (words) => {
    box.value = words;
    grown();
  };
  const grown = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 168)}px`;
    sessionStorage.setItem("tw-draft", box.value);
    buttons();
  };
  const suggested = (found = []) => {
    list.replaceChildren(...found.map((each, place) => {
      const item = document.createElement("li");
      item.id = `suggestion-${place}`;
      item.setAttribute("role", "option");
      item.append(each.title);
      if (each.doc_no) item.append(Object.assign(document.createElement("small"), { textContent: each.doc_no }));
      Object.assign(item.dataset, { title: each.title, replaces: each.replaces });
      return item;
    }));
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  };
  const current = () => list.querySelector("[aria-selected=true]");
  const choose = (item) => {
    const kept = box.value.slice(0, box.value.length - Number(item.dataset.replaces));
    write(`${kept}《${item.dataset.title}》`);
    suggested();
    box.focus();
  };
  const step = (by) => {
    const items = [...list.children];
    const at = items.indexOf(current());
    const next = items[(at + by + items.length + (at < 0 && by < 0 ? 1 : 0)) % items.length];
    for (const item of items) item.setAttribute("aria-selected", String(item === next));
    box.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  };
  let typing = 0;
  box.addEventListener("input", () => {
    grown();
    clearTimeout(typing);
    const text = box.value;
    if (text.trim().length < 2 || text.length > 400 || box.selectionStart !== text.length) return suggested();
    typing = setTimeout(async () => {
      const got = await call({ do: "suggest", text });
      if (box.value === text && !got.error) suggested(got.found);
    }, 120);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter ends a word of the input method
    if (!list.hidden) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        return step(event.key === "ArrowDown" ? 1 : -1);
      }
      if (event.key === "Escape") return suggested();
      if ((event.key === "Enter" || event.key === "Tab") && current()) {
        event.preventDefault();
        return choose(current());
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      clearTimeout(typing);
      suggested();
      send(box.value, { typed: true });
    }
  });
  box.addEventListener("blur", () => setTimeout(suggested, 150));
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) choose(item);
  });

  let chosen = {}; // the fields that are narrowed, by name
  const form = scope.querySelector("form");
  const narrowTo = (wanted) => {
    chosen = wanted;
    for (const field of form.elements) if (field.name && field !== document.activeElement) field.value = chosen[field.name] ?? "";
    // Only what changed is drawn anew: leaving a field to click a chip must not take the chip away under the pointer.
    const kept = new Set();
    for (const chip of [...chips.children]) {
      if (chosen[chip.dataset.field] === chip.dataset.value) kept.add(chip.dataset.field);
      else chip.remove();
    }
    for (const [field, value] of Object.entries(chosen)) {
      if (kept.has(field)) continue;
      const words = `${form.elements[field]?.dataset.label ?? ""}：${value}`;
      const chip = Object.assign(document.createElement("button"), { type: "button", className: "tw-chip", textContent: words });
      Object.assign(chip.dataset, { field, value });
      chip.setAttribute("aria-label", `取消限定 ${words}`);
      chips.append(chip);
    }
  };
  scope.addEventListener("toggle", async () => {
    if (!scope.open || form.elements.length) return;
    const got = await call({ do: "scopes" });
    if (!done(got)) return;
    form.innerHTML = got.html;
    narrowTo(chosen);
  });
  form.addEventListener("input", () => {
    const set = [...form.elements].filter((field) => field.name && field.value.trim());
    narrowTo(Object.fromEntries(set.map((field) => [field.name, field.value.trim()])));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    narrowTo({});
  });

  // ---- the conversations kept

  const talks = async () => {
    const got = await call({ do: "listed", words: $("#find-talk").value });
    if (done(got)) $("#listed-talks").innerHTML = got.html;
    const own = $(`#listed-talks li[data-c="${c}"] .tw-talk`);
    if (own) own.ariaCurrent = "true";
  };
  const showTalks = (shown) => {
    nav.hidden = !shown;
    $("#talks").setAttribute("aria-expanded", String(shown));
    if (shown) talks().then(() => $("#find-talk").focus());
    else $("#undo").hidden = true;
  };
  let finding = 0;
  $("#find-talk").addEventListener("input", () => {
    clearTimeout(finding);
    finding = setTimeout(talks, 150);
  });
  const rename = (item) => {
    const field = Object.assign(document.createElement("input"), { value: item.dataset.title, maxLength: 80, ariaLabel: "对话名称" });
    item.querySelector(".tw-talk").replaceWith(field);
    field.select();
    let over = false;
    const end = async (keep) => {
      if (over) return;
      over = true;
      if (keep && field.value.trim() && done(await call({ do: "rename", c: item.dataset.c, title: field.value })))
        if (item.dataset.c === c) name(field.value.trim());
      talks();
    };
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && !event.isComposing) end(true);
      if (event.key === "Escape") end(false);
    });
    field.addEventListener("blur", () => end(true));
  };
  const remove = async (item) => {
    const id = item.dataset.c;
    if (!done(await call({ do: "delete", c: id }))) return;
    $("#undo span").textContent = `已删除“${item.dataset.title}”`;
    $("#undo").hidden = false;
    $("#undo button").onclick = async () => {
      if (!done(await call({ do: "restore", c: id }))) return;
      $("#undo").hidden = true;
      talks();
    };
    if (id === c) await begin();
    await talks();
    $("#undo button").focus();
  };

  // ---- files, feedback

  const save = async (button) => {
    const n = Number(button.dataset.n) || undefined;
    const got = await call({ do: "save", c, n, form: button.dataset.form });
    if (!done(got)) return;
    const bytes = Uint8Array.from(atob(got.data), (char) => char.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: got.type }));
    link.download = got.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    tw.tell(button, "已导出");
    $("#export").open = false;
  };
  const judge = async (n, said) => {
    const got = await call({ do: "judge", c, n, ...said });
    if (!done(got)) return;
    $(`#t${n} .tw-complaint`)?.remove();
    $(`#t${n} .tw-judge`).innerHTML = got.html;
  };
  const complain = async (n) => {
    const shown = $(`#t${n} .tw-complaint`);
    if (shown) return shown.remove();
    const got = await call({ do: "complaint", c, n });
    if (!done(got)) return;
    $(`#t${n} .tw-judge`).closest(".tw-tools").insertAdjacentHTML("afterend", got.html);
    $(`#t${n} .tw-complaint select`).focus();
    $(`#t${n} .tw-complaint`).scrollIntoView({ block: "nearest" });
  };
  root.addEventListener("submit", (event) => {
    const complaint = event.target.closest(".tw-complaint");
    if (!complaint) return;
    event.preventDefault();
    judge(Number(complaint.dataset.n), { useful: false, ...Object.fromEntries(new FormData(complaint)) });
  });

  // ---- clicks

  const clicks = {
    ".tw-sample": (at) => send(at.textContent),
    "#send": () => send(box.value, { typed: true }),
    "#stop": () => running() && stop(Number(running().dataset.n)),
    "#clear": begin,
    "#talks": () => showTalks(nav.hidden),
    "#close-history": () => showTalks(false),
    "#close-evidence": () => $("#beside").classList.remove("open"),
    "#editing button": () => { edit(0); write(""); },
    ".tw-chip": (at) => narrowTo(Object.fromEntries(Object.entries(chosen).filter(([field]) => field !== at.dataset.field))),
    ".tw-stop": (at) => stop(Number(at.dataset.n)),
    ".tw-retry": async (at) => {
      const got = await call({ do: "again", c, n: Number(at.dataset.n), day: day() });
      if (!done(got)) return;
      if (!following) since = got.since;
      follow();
    },
    ".tw-edit": (at) => {
      write(at.dataset.question);
      edit(at.closest(".tw-turn") === sections().at(-1) ? Number(at.dataset.n) : 0);
      box.focus();
    },
    ".tw-wider": (at) => send(at.dataset.question, { whole: true }),
    ".tw-more": () => open(c, 1, false),
    ".tw-link": (at) => {
      const address = `${location.origin}${location.pathname}?c=${c}#t${at.dataset.n}`;
      tw.copy(address).then(() => tw.tell(at, "已复制"), () => tw.tell(at, "复制失败"));
    },
    ".tw-save": save,
    ".tw-beside": (at) => cardsOf(Number(at.dataset.n)),
    ".tw-useful": (at) => judge(Number(at.dataset.n), { useful: true }),
    ".tw-wrong": (at) => complain(Number(at.dataset.n)),
    ".tw-cancel": (at) => at.closest("form").remove(),
    "[data-do=pin]": async (at) => done(await call({ do: "pin", c: at.closest("li").dataset.c, on: Boolean(at.dataset.on) })) && talks(),
    "[data-do=rename]": (at) => rename(at.closest("li")),
    "[data-do=delete]": (at) => remove(at.closest("li")),
  };
  root.addEventListener("click", async (event) => {
    tw.open(event, (where) => trigger(where));
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const mark = event.target.closest("a.tw-mark");
    if (mark) {
      event.preventDefault();
      event.stopPropagation();
      if (await cardsOf(Number(mark.dataset.n))) {
        const card = document.getElementById(mark.getAttribute("href").slice(1));
        if (card) tw.show(card.closest("article"), "center");
      }
      return;
    }
    const talk = event.target.closest(".tw-talk");
    if (talk) {
      event.preventDefault();
      narrowTo({});
      if (narrow.matches) showTalks(false);
      return open(talk.closest("li").dataset.c).then(() => nav.hidden || talks());
    }
    for (const [selector, does] of Object.entries(clicks)) {
      const at = event.target.closest(selector);
      if (at) return does(at);
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (!nav.hidden) {
      showTalks(false);
      $("#talks").focus();
    }
    $("#beside").classList.remove("open");
  });
  addEventListener("popstate", () => {
    const id = new URLSearchParams(location.search).get("c");
    if (id && id !== c) open(id, 0, false);
  });

  // A link to another answer of this conversation, put into the address of this window.
  addEventListener("hashchange", () => {
    const target = /^#t\d+$/.test(location.hash) && c && $(location.hash);
    if (target) tw.show(target, "start");
  });

  // ---- what the address says, and what was being typed

  const address = new URLSearchParams(location.search);
  const id = address.get("c") ?? (address.has("doc") ? sessionStorage.getItem("tw-talk") : "");
  write(sessionStorage.getItem("tw-draft") ?? "");
  if (id) open(id, Number(/^#t(\d+)$/.exec(location.hash)?.[1] ?? 0), false);
  else if (!narrow.matches) box.focus();
};
