"""Names of the components of the Causes page that Python, the browser's functions and the tests speak to."""

ROOT = "causes"
START = "causes-start"  # dcc.Store {explanation}
VIEW = "causes-view"  # dcc.Store, what is drawn (CausesView)
HISTORY = "causes-history"  # dcc.Store {past, future}: views
PICK = "causes-pick"  # dcc.Store, the chosen node, or the edge as source>target
ACT = "causes-act"  # dcc.Store {do, node, n}: what a click or a key asks for
GRAPH = "causes-graph"
STYLES = "causes-styles"  # dcc.Store, the stylesheet of each theme
STATUS = "causes-status"
UNDO = "causes-undo"
REDO = "causes-redo"
RESET = "causes-reset"
FIND = "causes-find"
TOP = "causes-top"
BY = "causes-by"
LAYOUT = "causes-layout"
INSPECTOR = "causes-inspector"
LIVE = "causes-live"  # polite live region: what is chosen
SPREAD = "causes-spread"  # dcc.Store {kind, shown, places}: what to export, and where the nodes are on the screen
FILE = "causes-file"  # the type of a pattern id {type, kind}
WHICH = "causes-which"  # all of the network or what is shown
DOWNLOAD = "causes-download"
TABLE = "causes-table"  # which table: regulators, roots, functions, edges or bars
BODY = "causes-table-body"
GRID = "causes-grid"
CSV = "causes-csv"
DRAWER = "causes-drawer"  # dcc.Store kept by the browser, true while the tables are open
TOGGLE = "causes-toggle"

CONTRAST = "causes-contrast"
NETWORKS = "causes-networks"
NUMBER = "causes-number"  # the type of a pattern id {type, name}
RUN = "causes-run"
JOB = "causes-job"
FAULT = "causes-fault"
GENES = "causes-genes"
