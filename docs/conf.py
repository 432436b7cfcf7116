"""Settings of the documentation site; `make docs` builds it."""

project = "discovery"
author = "the authors of discovery"
extensions = ["myst_parser"]
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]
nitpicky = True

html_theme = "furo"
html_title = "discovery"
html_copy_source = False
html_show_sphinx = False
# No fonts, scripts or pictures of other hosts: the site is read inside companies, and offline.
html_theme_options = {"footer_icons": []}
