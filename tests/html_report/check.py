"""Opens a page of `--format html` as a file in Chromium and uses it as a person does: searches, sorts, switches language,
prints, with and without scripts. Ends with exit code 1 and what is wrong, or 77 where there is no browser.

    check.py PAGE [FOLDER]     FOLDER takes screenshots in light and dark, wide and narrow, and the print as PDF
"""

import base64
import json
import pathlib
import re
import sys

from browser import Browser, find

# The contrast of two colours (WCAG 2.2), of all text that shows.
CONTRAST = """(() => {
  const channel = (c) => (c /= 255, c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  let worst = [21, ""];
  for (const e of document.querySelectorAll("body *")) {
    const shows = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!shows || !e.checkVisibility() || e.closest(".unseen, .skip, script, select")) continue;
    const [a, b] = [rgb(getComputedStyle(e).color), ground(e)].map(luminance).sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.outerHTML.slice(0, 80)];
  }
  return worst;
})()"""

# What is written in another language than that of the page, or not at all.
UNSPOKEN = """[...document.querySelectorAll("[data-t]")].filter((e) => {
  const pattern = WORDS[e.dataset.t]?.[document.documentElement.lang];
  return !pattern || !pattern.split("{}").every((part) => e.textContent.includes(part));
}).map((e) => e.outerHTML)"""

COUNT = "document.querySelector('#findings tbody').rows.length"
STATUS = "document.querySelector('#findings [role=status]').textContent"
CELLS = "[...document.querySelectorAll('#findings tbody tr')].map((tr) => tr.cells[%d].textContent)"


class Page:
    """A page, and what is wrong with it."""

    def __init__(self, browser, file):
        self.browser, self.url, self.wrong = browser, pathlib.Path(file).resolve().as_uri(), []
        text = pathlib.Path(file).read_text(encoding="utf-8")
        block = lambda name: json.loads(re.search(f'id="{name}">(.*?)</script>', text, re.S)[1])
        self.rows, self.words = block("rows"), block("words")["words"]
        self.found = [row for row in self.rows if isinstance(row[0], int)]

    def expect(self, what, is_so, more=""):
        if not is_so:
            self.wrong.append(f"{what} {more}".strip())

    def equal(self, what, a, b):
        self.expect(what, a == b, f"{a!r}, not {b!r}")

    def run(self, script):
        return self.browser.run(script)

    def open(self, width=1280, scheme="light", scripts=True):
        self.browser("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser("Emulation.setEmulatedMedia", media="", features=features)
        self.browser("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.browser.open(self.url)

    def check_harmless(self):
        """Nothing is fetched, nothing foreign runs, and every name stands as text."""
        urls = {event["request"]["url"] for event in self.browser.of("Network.requestWillBeSent")}
        self.equal("requests", urls, {self.url})
        issues = [event["issue"]["code"] for event in self.browser.of("Audits.issueAdded")]
        self.equal("issues of the browser", issues, [])
        self.equal("messages of the browser", [e["entry"]["text"] for e in self.browser.of("Log.entryAdded")], [])
        self.equal("exceptions", len(self.browser.of("Runtime.exceptionThrown")), 0)
        self.equal("what hostile names did", self.run("typeof owned"), "undefined")
        foreign = "img, iframe, object, embed, link, base, form, body script[src], [style], [onload], [onerror]"
        self.equal("foreign elements", self.run(f"document.querySelectorAll('{foreign}').length"), 0)
        for path in {row[1] for row in self.found[:300]}:
            self.search(path)
            names = self.run("[...document.querySelectorAll('#findings td.where > bdi')].map((e) => e.textContent)")
            self.expect("a path is text", path in names, repr(path))
        self.search("")

    def check_policy(self):
        """What the page does not bring itself is refused."""
        self.run("{ const s = document.createElement('style'); s.textContent = 'body { display: none }'; document.head.append(s); }")
        self.equal("a style of others", self.run("getComputedStyle(document.body).display"), "block")
        markup = "(() => { try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); return 'taken'; } catch { return 'refused'; } })()"
        self.equal("markup of others", self.run(markup), "refused")
        self.run("new Image().src = 'https://example.invalid/x.png'; 0")
        blocked = [e for e in self.browser.of("Audits.issueAdded") if e["issue"]["code"] == "ContentSecurityPolicyIssue"]
        self.expect("refusals are seen", len(blocked) >= 2, str(len(blocked)))

    def search(self, term):
        """Gives the milliseconds until the rows stand there."""
        return self.run("(() => { const e = document.querySelector('#findings input'); "
                        f"e.value = {json.dumps(term)}; const from = performance.now(); "
                        "e.dispatchEvent(new Event('input')); document.body.offsetHeight; return performance.now() - from; })()")

    def choose(self, select, value):
        self.run(f"(() => {{ const e = document.querySelector('#findings .by-{select}'); e.value = '{value}'; "
                 "e.dispatchEvent(new Event('change')); })()")

    def check_search(self):
        total = len(self.found)
        self.expect("all are counted", digits(self.run(STATUS))[-1] == total, self.run(STATUS))
        term = self.found[-1][1][-6:].lower()
        expected = sum(term in "\n".join(str(cell) for cell in row[1:4]).lower() for row in self.found)
        self.run("document.querySelector('#findings input').focus()")
        self.browser("Input.insertText", text=term)
        self.expect("a search finds", digits(self.run(STATUS))[-1] >= max(expected, 1), self.run(STATUS))
        self.search("no such row anywhere")
        self.equal("rows of a search in vain", self.run(COUNT), 0)
        for language in ("ru", "kk", "en"):
            self.search(self.words[f"category-{self.found[0][4]}"][language])
            self.expect(f"a title in {language} finds", self.run(COUNT) > 0)
        self.search("")

    def check_order(self):
        """The gravest first; then as the heads of the columns say, by mouse and by key."""
        grades = self.run("[...document.querySelectorAll('#findings tbody td:last-child .verdict:first-child .grade')].map((e) => e.className)")
        names = self.run("[...document.querySelectorAll('#findings .by-grade option')].map((e) => e.value).filter(Boolean)")
        order = [names.index(name.split()[1]) for name in grades]
        self.equal("the gravest stand first", order, sorted(order))
        head = "document.querySelector('#findings th[data-sort=hits]')"
        self.run(f"{head}.querySelector('button').focus()")
        self.browser.key("Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
        for expected in ("descending", "ascending"):
            self.equal("aria-sort", self.run(f"{head}.getAttribute('aria-sort')"), expected)
            hits = [digits(cell)[0] for cell in self.run(CELLS % 3)]
            self.equal(f"hits {expected}", hits, sorted(hits, reverse=expected == "descending"))
            self.run(f"{head}.querySelector('button').click()")
        self.equal("sorted columns", self.run("document.querySelectorAll('#findings th[aria-sort]').length"), 1)

    def check_lists(self):
        tables = {(row[1], row[2]) for row in self.found if row[2] is not None}
        for view, expected in (("table", len(tables)), ("file", len({row[1] for row in self.found})), ("finding", len(self.found))):
            self.choose("view", view)
            self.equal(f"rows by {view}", digits(self.run(STATUS))[-1], expected)
        self.choose("view", "table")
        column = next(row[3] for row in self.found if row[2] is not None)
        self.search(column)
        self.expect("a table is found by its column", self.run(COUNT) > 0, column)
        self.search("")
        self.choose("view", "finding")
        link = self.run("(() => { const a = document.querySelector('a[data-grade=forbidden]'); a.click(); return a.dataset.grade; })()")
        forbidden = sum(self.grades()[row[0]] == link for row in self.found)
        self.equal("rows of a verdict", digits(self.run(STATUS))[-1], forbidden)
        self.choose("grade", "")

    def grades(self):
        return self.run("[...document.querySelectorAll('#findings .by-grade option')].map((e) => e.value).filter(Boolean)")[::-1]

    def check_languages(self):
        self.run(f"globalThis.WORDS = {json.dumps(self.words)}; 0")
        for language in ("kk", "en", "ru"):
            self.run(f"document.querySelector('#languages [value={language}]').click()")
            self.equal("lang", self.run("document.documentElement.lang"), language)
            pressed = "[...document.querySelectorAll('#languages [aria-pressed=true]')].map((e) => e.value)"
            self.equal("pressed", self.run(pressed), [language])
            self.equal("title", self.run("document.title"), self.words["title"][language])
            self.equal(f"not in {language}", self.run(UNSPOKEN), [])
            group = self.words["format-group"][language]
            grouped = self.run("[...document.querySelectorAll('[data-n]')].filter((e) => /^\\d{4,}$/.test(e.dataset.n)).map((e) => e.textContent)")
            self.expect("numbers are grouped", grouped and all(group in text for text in grouped), str(grouped[:3]))

    def check_access(self):
        """Landmarks, headings, names, the skip link, a focus that shows."""
        nodes = self.browser("Accessibility.getFullAXTree")["nodes"]
        seen = [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n["ignored"]]
        for role, least in (("banner", 1), ("navigation", 1), ("main", 1), ("search", 2), ("status", 2), ("table", 5), ("columnheader", 20)):
            self.expect(f"{role}: at least {least}", sum(r == role for r, _ in seen) >= least)
        for role in ("navigation", "search", "table", "region", "button", "combobox", "searchbox", "link"):
            self.expect(f"every {role} has a name", all(name for r, name in seen if r == role))
        levels = self.run("[...document.querySelectorAll('h1, h2, h3')].map((e) => Number(e.tagName[1]))")
        self.expect("headings go down by one", levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:])))
        self.open()
        self.browser.key("Tab", code="Tab", windowsVirtualKeyCode=9)
        self.equal("what is focused first", self.run("document.activeElement.className"), "skip")
        self.expect("focus shows", self.run("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2)
        self.browser.key("Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
        self.equal("what is skipped to", self.run("document.activeElement.id"), "result")

    def check_sight(self):
        for scheme in ("light", "dark"):
            self.open(scheme=scheme)
            ratio, element = self.run(CONTRAST)
            self.expect(f"contrast in {scheme}", ratio >= 4.5, f"{ratio:.2f} of {element}")
        for width in (360, 1280):
            self.open(width)
            self.equal(f"the page fits into {width}", self.run("document.documentElement.scrollWidth"), width)

    def check_print(self):
        self.open()
        self.browser("Emulation.setEmulatedMedia", media="print")
        for part in (".controls", "nav", "#languages"):
            self.expect(f"{part} is not printed", not self.run(f"document.querySelector('{part}').checkVisibility()"))
        self.run("globalThis.PRINTED = 0; addEventListener('beforeprint', () => PRINTED = %s); 0" % COUNT)
        pdf = base64.b64decode(self.browser("Page.printToPDF", preferCSSPageSize=True)["data"])
        self.expect("it is printed", pdf.startswith(b"%PDF"))
        self.equal("rows on paper", self.run("PRINTED"), min(len(self.found), 2000))
        self.equal("rows after printing", self.run(COUNT), min(len(self.found), 50))
        return pdf

    def check_without_scripts(self):
        self.open(scripts=False)
        self.equal("rows without scripts", self.run(COUNT), min(len(self.found), 300))
        self.expect("the notice shows", self.run("document.querySelector('noscript p').checkVisibility()"))
        for part in (".controls", "#languages", ".more"):
            self.expect(f"{part} is not there in vain", not self.run(f"document.querySelector('{part}').checkVisibility()"))
        empty = "[...document.querySelectorAll('[data-t], [data-n], time')].filter((e) => !e.textContent).length"
        self.equal("words missing without scripts", self.run(empty), 0)

    def measure(self):
        """The milliseconds of what a person waits for."""
        self.open()
        loaded = self.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
        times = {"load": loaded, "first search": self.search("zzz"), "search": self.search("a"), "all": self.search("")}
        sort = ("(() => { const b = document.querySelector('#findings th[data-sort=%s] button'); const from = performance.now(); "
                "b.click(); document.body.offsetHeight; return performance.now() - from; })()")
        times |= {f"sort by {key}": self.run(sort % key) for key in ("hits", "where", "category")}
        print(f"{len(self.found)} findings, ms:", ", ".join(f"{what} {ms:.0f}" for what, ms in times.items()))
        self.expect("a search is fast", max(times["first search"], times["search"]) < 2000)

    def screenshots(self, folder, pdf):
        for name, width, scheme in (("wide-light", 1280, "light"), ("wide-dark", 1280, "dark"),
                                    ("narrow-light", 390, "light"), ("narrow-dark", 390, "dark")):
            self.open(width, scheme)
            image = self.browser("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
            (folder / f"{name}.png").write_bytes(base64.b64decode(image))
        (folder / "print.pdf").write_bytes(pdf)


def digits(text):
    """The numbers in a sentence, however they are grouped."""
    return [int(re.sub(r"\D", "", number)) for number in re.findall(r"\d[\d\u00a0,]*", text)]


def main():
    program = find()
    if not program:
        print("no Chromium: install the package chromium")
        return 77
    browser = Browser(program)
    try:
        page = Page(browser, sys.argv[1])
        page.measure()
        if len(page.found) < 5000:
            page.open()
            page.check_harmless()
            page.check_search()
            page.open()
            page.check_order()
            page.check_lists()
            page.check_languages()
            page.check_access()
            page.check_sight()
            page.check_without_scripts()
            pdf = page.check_print()
            page.open()
            page.check_policy()
            if len(sys.argv) > 2:
                page.screenshots(pathlib.Path(sys.argv[2]), pdf)
    finally:
        browser.close()
    print("\n".join(page.wrong) or "all is well")
    return 1 if page.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
