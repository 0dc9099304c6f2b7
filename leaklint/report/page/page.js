"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const search = document.getElementById("search");
  const articles = [...document.querySelectorAll(".finding")];
  const rows = articles.map((article) => article.querySelector(".row"));
  const files = [...document.querySelectorAll(".file")];
  const choices = [...document.querySelectorAll(".choice")];
  const chosen = new Map();
  const CONTEXT = 2;
  const texts = [];
  let shown = articles;

  const element = (tag, name, ...children) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...children);
    return node;
  };

  // Text in which `code` stands between backquotes.
  const prose = (text) => text.split(/`([^`\n]+)`/).map((part, index) => (index % 2 ? element("code", "", part) : part));

  // ---- filtering

  const textOf = (index) =>
    (texts[index] ??= `${data.files[data.findings[index].file]} ${rows[index].textContent}`.toLowerCase());

  const matches = (index, words, skip) => {
    const finding = data.findings[index];
    for (const [facet, values] of chosen) {
      if (facet !== skip && values.size && !values.has(finding[facet])) return false;
    }
    return words.every((word) => textOf(index).includes(word));
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = [];
    articles.forEach((article, index) => {
      const visible = matches(index, words);
      article.hidden = !visible;
      if (visible) shown.push(article);
    });
    for (const file of files) {
      const number = file.querySelectorAll(".finding:not([hidden])").length;
      file.hidden = !number;
      file.querySelector(".count").textContent = number;
    }
    count(words);
    const any = words.length || [...chosen.values()].some((values) => values.size);
    document.getElementById("status").textContent = any
      ? `${shown.length.toLocaleString("en")} of ${articles.length.toLocaleString("en")} findings`
      : `${articles.length.toLocaleString("en")} findings`;
    document.getElementById("clear").hidden = !any;
    document.getElementById("empty").hidden = shown.length > 0 || !articles.length;
    remember();
  };

  // Beside each choice: how many findings it would show, given what is chosen elsewhere.
  const count = (words) => {
    for (const facet of new Set(choices.map((choice) => choice.dataset.facet))) {
      const totals = new Map();
      const own = choices.filter((choice) => choice.dataset.facet === facet);
      let most = 1;
      data.findings.forEach((finding, index) => {
        if (!matches(index, words, facet)) return;
        const total = (totals.get(finding[facet]) ?? 0) + 1;
        totals.set(finding[facet], total);
        most = Math.max(most, total);
      });
      for (const choice of own) {
        const total = totals.get(choice.dataset.value) ?? 0;
        choice.querySelector(".count").textContent = total.toLocaleString("en");
        const bar = choice.querySelector("progress");
        bar.max = most;
        bar.value = total;
        choice.classList.toggle("none", !total);
      }
      shorten(own);
    }
  };

  // Of a long list, the choices that would show most; those made already stay.
  const shorten = (own) => {
    const more = own[0].closest(".facet").querySelector(".more");
    if (!more) return;
    const weight = (choice) => (choice.getAttribute("aria-pressed") === "true" ? Infinity : choice.querySelector("progress").value);
    const first = new Set([...own].sort((a, b) => weight(b) - weight(a) || 0).slice(0, more.dataset.first));
    for (const choice of own) choice.closest("li").hidden = !first.has(choice);
  };

  const choose = (choice, on) => {
    const { facet, value } = choice.dataset;
    if (!chosen.has(facet)) chosen.set(facet, new Set());
    chosen.get(facet)[on ? "add" : "delete"](value);
    choice.setAttribute("aria-pressed", String(on));
  };

  const clear = () => {
    search.value = "";
    choices.forEach((choice) => choose(choice, false));
    filter();
  };

  // The filters stand in the address, so that a filtered view can be sent to somebody.
  const remember = () => {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    for (const [facet, values] of chosen) for (const value of values) state.append(facet, value);
    const hash = state.toString();
    try {
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    } catch {
      // Some browsers let no page from disk change its address.
    }
  };

  const recall = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    search.value = state.get("q") ?? "";
    for (const choice of choices) {
      choose(choice, state.getAll(choice.dataset.facet).includes(choice.dataset.value));
    }
  };

  // ---- the path of a finding over its source

  const KEYWORDS = new Set(
    ("False None True and as assert async await break class continue def del elif else except finally for from global " +
      "if import in is lambda match nonlocal not or pass raise return try while with yield").split(" "),
  );
  const TOKEN = /(#.*$)|([rbuf]{0,2}(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))|(\b\d[\w.]*)|([A-Za-z_]\w*)/giu;

  const classes = (text) => {
    const kinds = new Array(text.length).fill("");
    for (const match of text.matchAll(TOKEN)) {
      const kind = match[1] ? "c" : match[2] ? "s" : match[3] ? "d" : KEYWORDS.has(match[4]) ? "k" : "";
      if (kind) kinds.fill(kind, match.index, match.index + match[0].length);
    }
    return kinds;
  };

  // Columns count code points, strings count UTF-16 units.
  const unit = (text, column) => [...text].slice(0, column - 1).join("").length;

  const painted = (text, regions) => {
    const kinds = classes(text);
    const marks = new Array(text.length).fill("");
    for (const region of regions) marks.fill(region.name, region.start, region.end);
    const parts = [];
    for (let from = 0; from < text.length; ) {
      let to = from + 1;
      while (to < text.length && kinds[to] === kinds[from] && marks[to] === marks[from]) to++;
      const token = kinds[from] ? element("span", kinds[from], text.slice(from, to)) : text.slice(from, to);
      parts.push(marks[from] ? element("mark", marks[from], token) : token);
      from = to;
    }
    return parts;
  };

  const wordEnd = (text, start) => start + Math.max(1, (/^[\w.]+/u.exec(text.slice(start)) ?? [""])[0].length);

  const lineRow = (grid, file, number, finding, steps) => {
    const text = data.lines[file][number] ?? "";
    const [line, column, endLine, endColumn] = finding.at;
    const own = file === finding.file && number >= line && number <= endLine;
    const regions = steps.map((step) => {
      const start = unit(text, step.column);
      return { name: "step-region", start, end: wordEnd(text, start) };
    });
    if (own) {
      const start = number === line ? unit(text, column) : text.length - text.trimStart().length;
      regions.push({ name: "own-region", start, end: number === endLine ? unit(text, endColumn) : text.length });
    }
    const name = own ? "own" : steps.length ? "here" : "";
    grid.append(
      element("span", `lane ${name}`),
      element("span", `no ${name}`, String(number)),
      element("span", `text ${name}`, ...painted(text, regions)),
    );
    for (const step of steps) noteRow(grid, text, step);
  };

  const noteRow = (grid, text, step) => {
    const dot = element("span", "dot", element("b", "", String(step.number)));
    dot.dataset.step = step.number;
    const say = element("div", "say", element("span", "", ...prose(step.message)));
    const columns = [...text.slice(0, unit(text, step.column))].reduce((at, c) => (c === "\t" ? at + 4 - (at % 4) : at + 1), 0);
    say.style.paddingInlineStart = `calc(var(--gutter) + ${Math.min(columns, 48)}ch - 14px)`;
    grid.append(dot, say);
  };

  const frame = (file, steps, finding) => {
    const grid = element("div", "source");
    const known = data.lines[file] ?? {};
    const wanted = new Set();
    const around = (number) => {
      for (let line = number - CONTEXT; line <= number + CONTEXT; line++) if (line in known) wanted.add(line);
    };
    steps.forEach((step) => around(step.line));
    if (!steps.length || file === finding.file) for (let n = finding.at[0]; n <= finding.at[2]; n++) around(n);
    let previous = 0;
    for (const number of [...wanted].sort((a, b) => a - b)) {
      if (previous && number > previous + 1) {
        const skipped = number - previous - 1;
        grid.append(element("span", "lane"), element("span", "gap", `⋯ ${skipped} ${skipped > 1 ? "lines" : "line"}`));
      }
      lineRow(grid, file, number, finding, steps.filter((step) => step.line === number));
      previous = number;
    }
    for (const step of steps) if (!wanted.has(step.line)) noteRow(grid, "", { ...step, message: `line ${step.line}: ${step.message}` });
    const scroll = element("div", "scroll", grid);
    return element("div", "frame", element("h4", "", data.files[file]), scroll);
  };

  // Steps that follow each other in one file share a frame.
  const frames = (finding) => {
    const runs = [];
    finding.path.forEach(([file, line, column, message], index) => {
      const step = { number: index + 1, line, column, message: data.texts[message] };
      if (runs.length && runs.at(-1).file === file) runs.at(-1).steps.push(step);
      else runs.push({ file, steps: [step] });
    });
    if (!runs.length) runs.push({ file: finding.file, steps: [] });
    return runs.map((run) => frame(run.file, run.steps, finding));
  };

  const SVG = "http://www.w3.org/2000/svg";
  const drawn = (tag, attributes) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };

  // An arrow from each number to the next, in the lane left of the line numbers.
  const arrows = (flow) => {
    flow.querySelector("svg")?.remove();
    const box = flow.getBoundingClientRect();
    const dots = [...flow.querySelectorAll(".dot b")].sort((a, b) => a.textContent - b.textContent);
    if (dots.length < 2 || !box.height) return;
    const svg = drawn("svg", { width: 52, height: box.height, "aria-hidden": "true" });
    const places = dots.map((dot) => {
      const at = dot.getBoundingClientRect();
      return { x: at.left - box.left, y: at.top - box.top + at.height / 2 };
    });
    const turning = places.some((place, index) => index && place.y < places[index - 1].y);
    places.slice(1).forEach((to, index) => {
      const from = places[index];
      const back = to.y < from.y;
      // Where the path turns back, arrows would lie on each other: each takes a track of its own.
      const depth = turning ? 5 + 4 * (index % 4) : Math.min(4 + Math.abs(to.y - from.y) / 12, 9);
      const [y1, y2] = back ? [from.y - 4, to.y + 4] : [from.y + 4, to.y - 4];
      const x1 = from.x - 1;
      const x2 = to.x - 5;
      const bend = Math.min(x1, x2) - depth;
      svg.append(
        drawn("path", { class: back ? "way back" : "way", d: `M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}` }),
        drawn("path", { class: "head", d: `M${x2 + 5} ${y2}l-7 -3.5v7z` }),
      );
    });
    flow.append(svg);
  };

  const fact = (list, term, ...children) => {
    if (children.length) list.append(element("dt", "", term), element("dd", "", ...children));
  };

  // What a fix changes: lines that go, lines that come, and `@` with a number where a run of lines begins.
  const change = (rows) => {
    const grid = element("div", "source change");
    let number = 0;
    rows.forEach((row, index) => {
      const sign = row[0];
      if (sign === "@") {
        number = Number(row.slice(1));
        if (index) grid.append(element("span", "lane"), element("span", "gap", "⋯"));
        return;
      }
      const name = { "-": "gone", "+": "come" }[sign] ?? "";
      grid.append(
        element("span", `lane ${name}`, sign),
        element("span", `no ${name}`, sign === "+" ? "" : String(number++)),
        element("span", `text ${name}`, ...painted(row.slice(1), [])),
      );
    });
    return element("details", "repair", element("summary", "", "Show the change"), element("div", "scroll", grid));
  };

  const detail = (index) => {
    const finding = data.findings[index];
    const flow = element("div", "flow", ...frames(finding));
    flow.setAttribute("role", "group");
    flow.setAttribute("aria-label", "The path on which the resource is lost");
    const facts = element("dl", "prose");
    if (finding.help) fact(facts, "Remedy", ...prose(data.texts[finding.help]));
    if (finding.fix) {
      const [applicability, message] = finding.fix;
      const option = { safe: "--fix", unsafe: "--fix --unsafe-fixes" }[applicability];
      const how = option ? [" (", element("code", "safe", option), ")"] : [];
      const shows = finding.change?.length ? [change(finding.change)] : [];
      fact(facts, "Fix", ...prose(data.texts[message]), ...how, ...shows);
    }
    if (finding.withheld) fact(facts, "No fix", ...prose(data.texts[finding.withheld]));
    const why = data.rules[finding.code];
    if (why) fact(facts, `About ${finding.code}`, ...prose(why));
    const node = element("div", "detail", flow, facts);
    node.id = `d${index}`;
    return node;
  };

  // What was just opened comes into sight: all of it where it fits, else from its head on.
  const reveal = (article) => {
    const { height } = article.getBoundingClientRect();
    article.scrollIntoView({ block: height < innerHeight - 96 ? "nearest" : "start" });
  };

  const toggle = (article, open = !article.classList.contains("open")) => {
    article.classList.toggle("open", open);
    article.querySelector(".row").setAttribute("aria-expanded", String(open));
    const index = Number(article.dataset.index);
    const there = document.getElementById(`d${index}`);
    if (open && !there) {
      const node = detail(index);
      article.append(node);
      arrows(node.querySelector(".flow"));
      reveal(article);
    } else if (!open) there?.remove();
  };

  // ---- keyboard and tools

  const focus = (step) => {
    if (!shown.length) return;
    const current = shown.indexOf(document.activeElement?.closest?.(".finding"));
    const next = current < 0 ? (step > 0 ? 0 : shown.length - 1) : current + step;
    const article = shown[Math.min(Math.max(next, 0), shown.length - 1)];
    article.querySelector(".row").focus({ preventScroll: true });
    article.scrollIntoView({ block: "nearest" });
  };

  const THEMES = ["auto", "light", "dark"];
  const theme = document.getElementById("theme");
  const dress = (name) => {
    if (name === "auto") delete root.dataset.theme;
    else root.dataset.theme = name;
    theme.textContent = `Theme: ${name}`;
  };
  const stored = () => {
    try {
      return THEMES.find((name) => name === localStorage.getItem("leaklint-theme")) ?? "auto";
    } catch {
      return "auto";
    }
  };
  const nextTheme = () => {
    const name = THEMES[(THEMES.indexOf(root.dataset.theme ?? "auto") + 1) % THEMES.length];
    dress(name);
    try {
      localStorage.setItem("leaklint-theme", name);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  };

  const help = document.getElementById("help");
  const keys = {
    j: () => focus(1),
    k: () => focus(-1),
    o: () => document.activeElement?.closest?.(".finding") && toggle(document.activeElement.closest(".finding")),
    "/": () => search.select(),
    t: nextTheme,
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target === search) {
      if (event.key === "Escape") search.value ? ((search.value = ""), filter()) : search.blur();
      else if (event.key === "Enter" || event.key === "ArrowDown") focus(1);
      else return;
      event.preventDefault();
    } else if (keys[event.key]) {
      keys[event.key]();
      event.preventDefault();
    }
  });
  document.addEventListener("click", (event) => {
    const target = event.target.closest("button");
    if (!target) return;
    if (target.classList.contains("row")) toggle(target.closest(".finding"));
    else if (target.classList.contains("choice")) {
      choose(target, target.getAttribute("aria-pressed") !== "true");
      filter();
    } else if (target.classList.contains("more")) {
      target.parentElement.querySelectorAll("li[hidden]").forEach((item) => (item.hidden = false));
      target.remove();
    } else if (target.id === "clear") clear();
    else if (target.id === "theme") nextTheme();
    else if (target.id === "keys") help.showModal();
  });
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 80);
  });
  addEventListener("resize", () => document.querySelectorAll(".flow").forEach(arrows));
  addEventListener("hashchange", () => {
    recall();
    filter();
  });

  dress(stored());
  recall();
  filter();
})();
