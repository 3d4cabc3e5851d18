"""How large things may be before they are refused: a bomb must not take the machine with it."""

MOST_UNPACKED = 16 * 2**30      # bytes of one packed file
MOST_RATIO = 500                # unpacked to packed, past the first FREE_BYTES; ten times what tables reach
FREE_BYTES = 64 * 2**20
MOST_DOWNLOADED = 16 * 2**30
MOST_MEMBERS = 10_000           # of an archive
MOST_NESTED = 3                 # archives in archives
MOST_COLUMNS = 5_000
MOST_RECORD = 64 * 2**20        # characters of one line or JSON record
MOST_LINES = 1_000              # of one record with line breaks inside quotes
MOST_CELLS = 60_000_000         # of one sheet, empty ones between counted
MOST_ANSWER = 256 * 2**20       # bytes of one page over HTTP
MOST_DOCUMENT = 2**30           # bytes of a document that must be held whole
