"""Names of the components that several files, or the browser tests, speak to."""

URL = "url"  # dcc.Location
ROUTE = "route"  # dcc.Store {pathname, search, study, n}: what the main area shows
MAIN = "main"  # the main area
TITLE = "title"  # dcc.Store with the page's title, copied to document.title
STUDY = "study-switch"  # study switcher; its value is the name of the study
SHOWN_STUDY = "shown-study"  # dcc.Store of a page that shows a result of a study: its name
SEARCH = "search"
LIVE = "live"  # polite live region
NOTES = "notes"  # dmc.NotificationContainer: use `sendNotifications`
HELP = "help"  # dialog with the keyboard shortcuts
HELP_OPEN = "help-open"
THEME = "theme"  # dmc.ColorSchemeToggle; `computedColorScheme` is "light" or "dark"
PULSE = "pulse"  # slow interval behind the ring
RING = "ring"
RING_LABEL = "ring-label"
TOLD = "told"  # dcc.Store of the time up to which ends of jobs were told
