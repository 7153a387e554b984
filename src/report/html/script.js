"use strict";
// Adds search, sorting, other lists and other languages to a page that is whole without it. What others chose (paths,
// names, messages) reaches the page as text only.
{
  const PAGE = 50;
  const PRINTED = 2000;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const { language: first, grades, words } = read("words");
  let language = first;

  const word = (key) => words[key][language];

  const number = (digits) => {
    const [whole, part] = String(digits).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, word("format-group"));
    return part ? grouped + word("format-decimal") + part : grouped;
  };

  const date = (iso) => {
    const [y, m, d] = iso.slice(0, 10).split("-");
    const parts = { y, m, d, n: word("format-months").split(" ")[m - 1] };
    const day = word("format-date").replace(/[dmny]/g, (part) => parts[part]);
    return iso.includes("T") ? `${day} ${iso.slice(11, 16)} UTC` : day;
  };

  const phrase = (key, numbers) => {
    const left = numbers ? numbers.split(" ") : [];
    return word(key).replace(/\{\}/g, () => number(left.shift()));
  };

  // Writes all words, numbers and dates under an element in the language of the page.
  const label = (root) => {
    for (const e of all("[data-t]", root)) e.textContent = phrase(e.dataset.t, e.dataset.a);
    for (const e of all("[data-n]", root)) e.textContent = number(e.dataset.n);
    for (const e of all("time", root)) e.textContent = date(e.dateTime);
  };

  const element = (name, className, ...children) => {
    const e = document.createElement(name);
    if (className) e.className = className;
    e.append(...children);
    return e;
  };
  const spoken = (key, numbers, className) => {
    const e = element("span", className);
    e.dataset.t = key;
    if (numbers !== undefined) e.dataset.a = numbers;
    return e;
  };
  const figure = (n) => {
    const e = element("span");
    e.dataset.n = n;
    return e;
  };
  const foreign = (text, className) => element("bdi", className, text);

  // A part of a sentence, as the data has it.
  const part = ({ word, numbers, date, text }) => {
    if (word) return spoken(word, numbers);
    if (!date) return foreign(text);
    const e = element("time");
    e.dateTime = date;
    return e;
  };
  const sentence = (parts) => parts.flatMap((p, i) => (i ? [" ", part(p)] : [part(p)]));

  const category = (id) => (words[`category-${id}`] ? spoken(`category-${id}`) : foreign(id));
  const isBreach = (grade) => grade >= grades.indexOf("expired");
  const badge = (grade) =>
    spoken(`outcome-${grades[grade]}`, undefined, `grade ${grades[grade]}${isBreach(grade) ? " breach" : ""}`);

  const place = ({ table, field, place, mask }) => {
    const lines = [];
    const name = [table, field].filter((name) => name !== null).join(".");
    if (name) lines.push(element("span", "field", foreign(name)));
    if (place) lines.push(element("span", "place", spoken(place[0]), " ", figure(place[1]), " ", foreign(mask ?? "")));
    return lines;
  };

  const verdict = (row) => ([grade, policy, clause, count, ground]) => {
    const line = element("span", "verdict", badge(grade), " ", foreign(policy));
    if (clause !== null) line.append(", ", spoken("clause"), "\u00a0", foreign(clause));
    if (ground.length) line.append(" ", element("span", "ground", ...sentence(ground)));
    if (count !== null) line.append(" ", spoken("hits-of", `${count} ${row.hits}`, "of"));
    return line;
  };

  const verdicts = (row) => {
    if (row.counts) {
      const line = ([grade, n]) => element("span", "verdict", badge(grade), " ", figure(n));
      return [...row.counts].sort(([a], [b]) => b - a).map(line);
    }
    return row.verdicts.length ? row.verdicts.map(verdict(row)) : [element("span", "verdict", badge(row.grade))];
  };

  const foundCells = (row) => {
    const titles = row.categories.flatMap((id, i) => (i ? [", ", category(id)] : [category(id)]));
    return [
      element("td", "where", foreign(row.path), ...place(row)),
      element("td", "", ...titles),
      element("td", "sureness", row.members ? figure(row.members.length) : spoken(`confidence-${row.confidence}`)),
      element("td", "number", figure(row.hits), " ", spoken("hits-unit", undefined, "unit")),
      element("td", "number rows", ...(row.rows === null ? [] : [figure(row.rows)])),
      element("td", "", ...verdicts(row)),
    ];
  };

  const remarkCells = (row) => [
    element("td", "", spoken(`remark-${row.kind}`)),
    element("td", "where", foreign(row.path)),
    element("td", "", ...sentence(row.reason)),
    element("td", "number", ...(row.amount === null ? [] : [figure(row.amount), " ", spoken("bytes", undefined, "unit")])),
  ];

  // Everything that a row can be found by, in all languages.
  const titles = (key) => Object.values(words[key] ?? {}).join("\n");
  const foundText = (row) =>
    [row.path, row.table, row.field, ...row.categories, ...row.categories.map((id) => titles(`category-${id}`)),
     ...row.verdicts.flatMap(([grade, policy, clause]) => [titles(`outcome-${grades[grade]}`), policy, clause])].join("\n");
  const remarkText = (row) =>
    [row.path, titles(`remark-${row.kind}`), ...row.reason.map(({ word, text }) => text ?? titles(word))].join("\n");

  // Rows that are one by a key, as one row.
  const grouped = (rows, key) => {
    const groups = new Map();
    for (const row of rows) {
      const name = key(row);
      let group = groups.get(name);
      if (!group) {
        group = { ...row, field: null, place: null, categories: [], counts: new Map(), members: [], hits: 0 };
        groups.set(name, group);
      }
      group.members.push(row);
      for (const id of row.categories) if (!group.categories.includes(id)) group.categories.push(id);
      group.counts.set(row.grade, (group.counts.get(row.grade) ?? 0) + 1);
      group.grade = Math.max(group.grade, row.grade);
      group.hits += row.hits;
      group.rows = Math.max(group.rows ?? 0, row.rows ?? 0) || null;
    }
    return [...groups.values()];
  };
  const views = {
    finding: (rows) => rows,
    table: (rows) => grouped(rows.filter((row) => row.table !== null), (row) => `${row.path}\n${row.table}`),
    file: (rows) => grouped(rows, (row) => row.path).map((row) => ({ ...row, table: null, rows: null })),
  };

  const sureness = ["low", "medium", "high"];
  const text = (row) => (row.reason[0].word ? word(row.reason[0].word) : row.reason[0].text);
  const keys = {
    where: (row) => row.path,
    category: (row) => (words[`category-${row.categories[0]}`] ? word(`category-${row.categories[0]}`) : row.categories[0]),
    sureness: (row) => (row.members ? row.members.length : sureness.indexOf(row.confidence)),
    hits: (row) => row.hits,
    rows: (row) => row.rows ?? -1,
    grade: (row) => row.grade,
    kind: (row) => row.kind,
    reason: text,
    amount: (row) => row.amount ?? -1,
  };
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  // A table that is searched and sorted, and shows as many rows as one can look at.
  class List {
    constructor(section, cells, text, rows) {
      Object.assign(this, { section, cells, text, source: rows, rows, limit: PAGE, found: [] });
      this.body = section.querySelector("tbody");
      this.status = section.querySelector("[role=status]");
      this.search = section.querySelector("input");
      this.more = section.querySelector(".more");
      this.heads = all("th[data-sort]", section);
      const sorted = this.heads.find((th) => th.hasAttribute("aria-sort"));
      this.by = sorted.dataset.sort;
      this.down = sorted.getAttribute("aria-sort") === "descending";
      for (const th of this.heads) this.makeSortable(th);
      this.search.addEventListener("input", () => this.update());
      this.more.addEventListener("click", () => this.showMore());
      section.querySelector(".controls").hidden = false;
    }

    makeSortable(th) {
      const button = element("button", "sort", ...th.childNodes);
      button.type = "button";
      button.addEventListener("click", () => {
        this.down = this.by === th.dataset.sort ? !this.down : th.classList.contains("number") || th.dataset.sort === "grade";
        this.by = th.dataset.sort;
        for (const other of this.heads) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", this.down ? "descending" : "ascending");
        this.update();
      });
      th.append(button);
    }

    matches(row, terms) {
      const has = (term) => (row) => (row.text ??= this.text(row).toLowerCase()).includes(term);
      return (!this.filter || this.filter(row)) && terms.every((term) => (row.members ?? [row]).some(has(term)));
    }

    update() {
      const terms = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const key = keys[this.by];
      const sign = this.down ? -1 : 1;
      // The order of the paths is that of the report, and holds among equals.
      this.found = this.rows.filter((row) => this.matches(row, terms)).map((row) => [key(row), row]);
      this.found = this.found.sort(([a], [b]) => sign * compare(a, b)).map(([, row]) => row);
      this.limit = PAGE;
      this.show();
    }

    show() {
      const shown = this.found.slice(0, this.limit);
      this.body.replaceChildren(...shown.map((row) => element("tr", "", ...this.cells(row))));
      this.tell(shown.length);
      label(this.section);
    }

    tell(shown) {
      this.status.replaceChildren(spoken("shown", `${shown} ${this.found.length}`));
      this.more.hidden = shown === this.found.length;
    }

    showMore() {
      const from = this.limit;
      this.limit *= 2;
      this.show();
      const row = this.body.rows[from];
      if (this.more.hidden && row) {
        row.tabIndex = -1;
        row.focus();
      }
    }

    print() {
      this.kept = this.limit;
      this.limit = Math.max(this.limit, PRINTED);
      this.show();
    }

    printed() {
      this.limit = this.kept;
      this.show();
    }
  }

  const found = [];
  const remarks = [];
  for (const row of read("rows")) {
    if (typeof row[0] === "number") {
      const [grade, path, table, field, id, confidence, hits, rows, place, mask, verdicts] = row;
      found.push({ grade, path, table, field, categories: [id], confidence, hits, rows, place, mask, verdicts });
    } else {
      const [kind, path, reason, amount] = row;
      remarks.push({ kind, path, reason, amount });
    }
  }
  document.getElementById("rows").remove();

  const section = (id) => document.getElementById(id);
  const findings = new List(section("findings"), foundCells, foundText, found);
  const lists = [findings, new List(section("unexamined"), remarkCells, remarkText, remarks)];
  const grade = section("findings").querySelector(".by-grade");
  const view = section("findings").querySelector(".by-view");

  const filter = () => {
    const wanted = grades.indexOf(grade.value);
    findings.filter = wanted < 0 ? null : (row) => (row.counts ? row.counts.has(wanted) : row.grade === wanted);
    findings.rows = views[view.value](findings.source);
    const third = section("findings").querySelector("th.sureness [data-t]");
    third.dataset.t = view.value === "finding" ? "sureness" : "findings-count";
    findings.update();
  };
  grade.addEventListener("change", filter);
  view.addEventListener("change", filter);
  for (const link of all("a[data-grade]")) {
    link.addEventListener("click", () => {
      grade.value = link.dataset.grade;
      filter();
    });
  }

  const speak = (chosen) => {
    language = chosen;
    document.documentElement.lang = chosen;
    for (const button of all("#languages button")) button.setAttribute("aria-pressed", button.value === chosen);
    for (const list of lists) list.update();
    label(document);
  };
  for (const button of all("#languages button")) button.addEventListener("click", () => speak(button.value));
  addEventListener("beforeprint", () => lists.forEach((list) => list.print()));
  addEventListener("afterprint", () => lists.forEach((list) => list.printed()));
  document.getElementById("languages").hidden = false;
  speak(first);
}
