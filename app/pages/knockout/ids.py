"""Names of the components of the Knockout page that Python, the browser's functions and the tests speak to."""

ROOT = "ko"
# before there is a model
ASKED = "ko-asked"  # dcc.Store, the study of the form
RUN, JOB, FAULT = "ko-run", "ko-job", "ko-fault"
OWNER = "ko-advanced"  # owner of the parameter form
CAME = "ko-came"  # dcc.Store, the model that the job in place has just made
# with a model
START = "ko-start"  # dcc.Store {model, study, basis}
VIEW = "ko-view"  # dcc.Store, what is shown (KnockoutView)
DRAWN = "ko-drawn"  # dcc.Store, the address of what was drawn last, for those who wait for it
MODEL = "ko-model"  # which model of the study
PICKER, CHIPS = "ko-gene", "ko-chips"
METHOD, CELL, DOSE, LEVEL = "ko-method", "ko-cell", "ko-dose", "ko-level"
TAB = "ko-tab"
K, WAY, SORT, HIDE = "ko-k", "ko-way", "ko-sort", "ko-hide"
HEADLINE, STAGE, INSPECTOR = "ko-headline", "ko-stage", "ko-inspector"
LIVE = "ko-live"  # polite live region: what was drawn
BARS, SCATTER, PATH, SHIFT, PAIR = "ko-bars", "ko-scatter", "ko-path", "ko-shift", "ko-pair"
FILE = "ko-file"  # the type of a pattern id {type, which, ending}
DOWNLOAD = "ko-download"
TOGGLE, DRAWER, BODY, GRID = "ko-toggle", "ko-drawer", "ko-body", "ko-grid"
LEARN, LEARN_JOB = "ko-learn", "ko-learn-job"
# rank all
WISH, WISH_CELL, WISH_SET, WISH_PASTE = "ko-wish", "ko-wish-cell", "ko-wish-set", "ko-wish-paste"
RANK_RUN, RANK_JOB, RANK_FAULT = "ko-rank-run", "ko-rank-job", "ko-rank-fault"
RANKED, RANK_GRID, RANK_CAME = "ko-ranked", "ko-rank-grid", "ko-rank-came"
