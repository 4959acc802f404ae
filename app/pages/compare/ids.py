"""Names of the components of the Compare page that Python, the browser's functions and the tests speak to."""

ROOT = "cmp"
# the form
STUDY = "cmp-study"
BY, CONTROL, CASE = "cmp-by", "cmp-control", "cmp-case"
DONOR, BATCH, ONLY, WITHOUT = "cmp-donor", "cmp-batch", "cmp-only", "cmp-without"
DESIGN = "cmp-design"  # what will be permuted, before anything runs
RUN = "cmp-run"
JOB = "cmp-job"
FAULT = "cmp-fault"
OWNER = "cmp-advanced"  # owner of the parameter form
ASKED = "cmp-asked"  # dcc.Store, the study of the form
CAME = "cmp-came"  # dcc.Store, the comparison that the job in place has just made
# the result
START = "cmp-start"  # dcc.Store {contrast, study}
VIEW = "cmp-view"  # dcc.Store {arm, level, view, colour}
PICK = "cmp-pick"  # dcc.Store {gene, genes, name}: the gene in view, or a set of genes
ARM, LEVEL, PICTURE, COLOUR = "cmp-arm", "cmp-level", "cmp-shown", "cmp-colour"
HEADLINE, ARMS = "cmp-headline", "cmp-arms"
STAGE = "cmp-stage"  # the picture in view
INSPECTOR = "cmp-inspector"
LIVE = "cmp-live"  # polite live region: what is chosen
GRID = "cmp-grid"
CELLS = "cmp-cells"  # which cells: all or one type
MAPS, VOLCANO, MODULES, SHARES = "cmp-maps", "cmp-volcano", "cmp-modules", "cmp-shares"
SLOPE, NETWORK = "cmp-slope", "cmp-network"
FILE = "cmp-file"  # the type of a pattern id {type, which, ending}
DOWNLOAD = "cmp-download"
SET_NAME, SET_SAVE, SET_NEWS = "cmp-set-name", "cmp-set-save", "cmp-set-news"
