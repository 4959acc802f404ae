"""Names of the components of the Enrichment page."""

START = "enrich-start"  # dcc.Store {origin, view, collections, online, result}: what the address asks
FOUND = "enrich-found"
RUN = "enrich-run"  # pattern {type, owner}
COLLECTIONS = "enrich-collections"
BACKGROUND = "enrich-background"
PASTE_BACKGROUND = "enrich-paste-background"
GO = "enrich-go"
LIBRARIES = "enrich-libraries"
GO_ONLINE = "enrich-go-online"
PASTE = "enrich-paste"
PASTE_GO = "enrich-paste-go"
NEWS = "enrich-news"
GRID = "enrich-grid"
FOLD = "enrich-fold"
OPEN = "enrich-open"  # dcc.Store: terms whose like ones are shown
FILE = "enrich-file"  # pattern {type, what, ending}
DOWNLOAD = "enrich-download"
