#!/usr/bin/env python3
"""Does a page of the manual ask the network for anything?  Builds the pages and looks at every
address that a browser would load by itself: all must be files that are there.  Links that a reader
follows may lead anywhere.

    test_offline.py SOURCE PAGES        SOURCE: the folder doc; PAGES: where the pages are built
    test_offline.py --self-test         are pages found that do load something?
"""
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser

SKIPPED = 77
LOADED = {"script": ("src",), "img": ("src", "srcset"), "iframe": ("src",),
          "video": ("src", "poster"), "audio": ("src",), "source": ("src", "srcset"),
          "track": ("src",), "embed": ("src",), "object": ("data",), "input": ("src",),
          "image": ("href", "xlink:href"), "use": ("href", "xlink:href"), "form": ("action",)}
RELATIONS = {"stylesheet", "icon", "shortcut", "preload", "prefetch", "modulepreload",
             "preconnect", "dns-prefetch", "manifest", "apple-touch-icon"}
NAMESPACE = re.compile(
    r"https?://www\.w3\.org/(2000/svg|1999/xlink|1999/xhtml|1998/Math/MathML)\b")
ADDRESS = re.compile(r"""(?:https?:|wss?:|["'(=])//[A-Za-z0-9][\w.-]*\.[A-Za-z]{2,}[^\s"'()]*""")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'(=\w])//[^\n]*", re.S)


class Page(HTMLParser):
    """Addresses that the browser loads, and text of scripts and styles."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.addresses, self.code, self.styles, self.inside = [], [], [], None
        self.math = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        self.inside = tag if tag in ("script", "style") else self.inside
        self.math = self.math or "math" in given.get("class", "").split()
        if tag == "link" and RELATIONS & set(given.get("rel", "").lower().split()):
            self.addresses.append(given.get("href", ""))
        if tag == "base":
            self.addresses.append(given.get("href", ""))
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.addresses.append(given.get("content", "").partition("=")[2])
        for name in LOADED.get(tag, ()):
            if given.get(name):
                self.addresses += [part.split()[0] for part in given[name].split(",")] \
                    if name == "srcset" else [given[name]]
        self.styles.append(given.get("style", ""))
        self.code += [value for name, value in given.items() if name.startswith("on")]

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        if tag == self.inside:
            self.inside = None

    def handle_data(self, data):
        {"script": self.code, "style": self.styles}.get(self.inside, []).append(data)


def of_style(text):
    """Addresses in CSS."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return [a or b or c for a, b, c in re.findall(
        r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)|image-set\(\s*["']([^"']+)""", text)]


def of_script(text):
    """Addresses of hosts in JavaScript, but for names of XML."""
    return [found for found in ADDRESS.findall(COMMENT.sub("", text)) if not NAMESPACE.match(found)]


def faults(folder):
    """What the pages below a folder load from elsewhere, or what is not there."""
    found = []

    def check(file, address):
        place = re.split(r"[?#]", address.strip())[0]
        if address.startswith(("data:", "#")) or not place:
            return
        if re.match(r"[A-Za-z][\w+.-]*:|//|/", address.strip()):
            found.append(f"{file} loads {address}")
        elif not os.path.exists(os.path.join(folder, os.path.dirname(file), place)):
            found.append(f"{file} loads {address}, which is not there")

    for where, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(where, name)
            file, kind = os.path.relpath(path, folder), os.path.splitext(name)[1]
            if kind not in (".html", ".css", ".js"):
                continue
            with open(path, encoding="utf-8", errors="replace") as fp:
                text = fp.read()
            page = Page(text) if kind == ".html" else None
            for address in page.addresses if page else []:
                check(file, address)
            for style in page.styles if page else [text] if kind == ".css" else []:
                for address in of_style(style):
                    check(file, address)
            for code in page.code if page else [text] if kind == ".js" else []:
                found += [f"{file} has code that knows {address}" for address in of_script(code)]
            if page and page.math and not any("mathjax" in a.lower() for a in page.addresses):
                found.append(f"{file} has formulas and loads nothing that shows them")
    return found


def self_test():
    """Every way to load something is found, once; links and names are not."""
    bad = {"script.html": '<script src="https://far.example.org/a.js"></script>',
           "style.html": '<link rel="stylesheet" href="//far.example.org/a.css">',
           "picture.html": '<img src="http://far.example.org/a.png">',
           "set.html": '<img srcset="a.png 1x">',
           "frame.html": '<iframe src="https://far.example.org"></iframe>',
           "inline.html": '<p style="background: url(https://far.example.org/a.png)">',
           "import.html": "<style>@import 'https://far.example.org/a.css';</style>",
           "code.html": "<script>load('https://far.example.org/a.js')</script>",
           "event.html": "<p onclick=\"fetch('//far.example.org/a')\">",
           "missing.html": '<img src="missing.png">',
           "root.html": '<script src="/a.js"></script>',
           "math.html": '<span class="math">x</span>',
           "font.css": "@font-face { src: url('https://far.example.org/a.woff') }",
           "code.js": 'x = "https://far.example.org/a.js";'}
    good = {"link.html": '<a href="https://far.example.org">there</a> <img src="here.png">',
            "here.png": "",
            "name.js": '// https://far.example.org\nx = "http://www.w3.org/2000/svg";',
            "far.css": "/* url(https://far.example.org) */ p { background: url(here.png) }"}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**bad, **good}.items():
            with open(os.path.join(folder, name), "w") as fp:
                fp.write(text)
        found = faults(folder)
    print("\n".join(found))
    named = sorted(line.split()[0] for line in found)
    if named != sorted(bad):
        sys.exit(f"found {named}, expected {sorted(bad)}")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    source, pages = sys.argv[1:3]
    if not importlib.util.find_spec("sphinx"):
        print("skipped: no Sphinx")
        sys.exit(SKIPPED)
    done = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "-c", source,
                           "-d", pages + ".doctrees", os.path.join(source, "src"), pages],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if "no MathJax 2" in done.stdout:
        print("skipped:", done.stdout.strip().split("\n")[-1])
        sys.exit(SKIPPED)
    if done.returncode != 0:
        sys.exit(done.stdout)
    count = sum(name.endswith(".html") for name in os.listdir(pages))
    found = faults(pages)
    print("\n".join(found), f"{count} pages, {len(found)} faults", sep="\n")
    sys.exit(bool(found) or count < 20)


main()
