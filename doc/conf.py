# Sphinx configuration of the manual.  The pages are in the format of LAMMPS's own manual and may be
# copied into its doc/src.
#
#   sphinx-build -W -b html -c doc doc/src doc/build
#
# The HTML pages ask the network for nothing: MathJax 2 is copied beside them from the distribution
# (Debian: libjs-mathjax), or from the folder that the environment variable MATHJAX names.

import importlib.util
import os
import shutil

from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.errors import ExtensionError
from sphinx.highlighting import lexers

project = "USER-INMVISC"
copyright = "the USER-INMVISC developers, GPL version 2"
extensions = ["sphinx.ext.mathjax"]
html_theme = "sphinx_rtd_theme" if importlib.util.find_spec("sphinx_rtd_theme") else "alabaster"
html_static_path = ["static"]
html_css_files = ["manual.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
man_pages = [("inmvisc", "inmvisc", "results of USER-INMVISC as pages and numbers", [], 1)]

mathjax_path = "mathjax/MathJax.js"
mathjax2_config = {
    "jax": ["input/TeX", "output/SVG"],     # SVG needs no fonts, which browsers do not load from files
    "extensions": ["tex2jax.js"],
    "TeX": {"extensions": ["AMSmath.js", "AMSsymbols.js", "noErrors.js", "noUndefined.js"]},
    "tex2jax": {"ignoreClass": ".*", "processClass": "math"},
    "SVG": {"blacker": 0, "linebreaks": {"automatic": False}},
    "messageStyle": "none",
    "showMathMenu": False,
}
MATHJAX = (os.environ.get("MATHJAX", ""), "/usr/share/javascript/mathjax", "/usr/share/mathjax")
MATHJAX_PARTS = ("MathJax.js", "jax/input/TeX", "jax/element", "jax/output/SVG/jax.js",
                 "jax/output/SVG/config.js", "jax/output/SVG/autoload", "jax/output/SVG/fonts/TeX",
                 "extensions/tex2jax.js", "extensions/MathEvents.js", "extensions/MathZoom.js",
                 "extensions/TeX")

lexers["LAMMPS"] = TextLexer()


def copy_mathjax(app):
    """The parts that these pages use, into the folder of the pages."""
    if app.builder.format != "html":
        return
    found = [folder for folder in MATHJAX
             if os.path.isfile(os.path.join(folder, "jax/output/SVG/jax.js"))]
    if not found:
        raise ExtensionError("no MathJax 2 for the formulas: install libjs-mathjax (Debian), "
                             "or set MATHJAX to its folder")
    for part in MATHJAX_PARTS:
        source = os.path.join(found[0], part)
        target = os.path.join(app.outdir, "_static", "mathjax", part)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)


def lammps_page(app, env, node, contnode):
    """:doc: of a page that is not here is one of LAMMPS's manual."""
    if node.get("reftype") != "doc":
        return None
    page = os.path.basename(node["reftarget"])
    uri = f"https://docs.lammps.org/{page}.html"
    return nodes.reference("", "", contnode, internal=False, refuri=uri)


def setup(app):
    app.connect("builder-inited", copy_mathjax)
    app.connect("missing-reference", lammps_page)
    return {"parallel_read_safe": True}
