# Sphinx configuration of the manual.  The pages are in the format of LAMMPS's own manual and may be
# copied into its doc/src.
#
#   sphinx-build -W -b html -c doc doc/src doc/build

import importlib.util
import os

from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

project = "USER-INMVISC"
copyright = "the USER-INMVISC developers, GPL version 2"
extensions = ["sphinx.ext.mathjax"]
html_theme = "sphinx_rtd_theme" if importlib.util.find_spec("sphinx_rtd_theme") else "alabaster"
html_show_sourcelink = False
html_copy_source = False

lexers["LAMMPS"] = TextLexer()


def lammps_page(app, env, node, contnode):
    """:doc: of a page that is not here is one of LAMMPS's manual."""
    if node.get("reftype") != "doc":
        return None
    page = os.path.basename(node["reftarget"])
    uri = f"https://docs.lammps.org/{page}.html"
    return nodes.reference("", "", contnode, internal=False, refuri=uri)


def setup(app):
    app.connect("missing-reference", lammps_page)
    return {"parallel_read_safe": True}
