#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the page of vtd-log report must be whatever the logs hold: well-formed, and loading nothing.
usage: page.py PAGE.html; prints what is wrong, exit status 1."""
import sys
from html.parser import HTMLParser

VOID = {"meta", "input", "br"}
LOADS = {"src", "srcset", "data", "action", "formaction", "poster", "background", "ping"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.ids, self.links, self.scripts = [], [], set(), [], 0

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name.startswith("on") or name in LOADS or "url(" in (value or ""):
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name == "href" and not value.startswith("#"):
                self.wrong.append(f"a link that leaves the page: {value!r}")
            if name == "href":
                self.links.append(value[1:])
            if name == "id" and value in self.ids:
                self.wrong.append(f"two of id {value!r}")
            if name == "id":
                self.ids.add(value)
        if tag in ("img", "iframe", "object", "embed", "link", "base", "audio", "video"):
            self.wrong.append(f"<{tag}>")
        self.scripts += tag == "script"
        if tag == "th" and not any(name == "scope" for name, _ in attributes):
            self.wrong.append("a <th> without scope")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()} ends nothing")


def main(path):
    page = Page()
    with open(path, encoding="utf-8") as file:
        text = file.read()
    page.feed(text)
    page.close()
    wrong = page.wrong + [f"<{tag}> is never closed" for tag in page.open]
    wrong += [f"#{link} leads nowhere" for link in page.links if link not in page.ids]
    style = text[text.index("<style>"):text.index("</style>")]
    if "url(" in style or "@import" in style:
        wrong.append("the style loads something")
    if page.scripts != 1:
        wrong.append(f"{page.scripts} scripts")
    for line in wrong[:10]:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
