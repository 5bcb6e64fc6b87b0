/**
 * What `init` writes as `.env`, and the repository's `.env.example`: every variable, with empty values, so it
 * changes nothing until you fill it in.
 */
export const envTemplate = `# keymaker reads these two lines, and nothing else, from a file called .env in the folder it is started in.
# They are your X app's "API Key and Secret" (X's documentation also says "consumer key and secret"), from
# the app's "Keys and tokens" page. Keep this file to yourself: mode 0600, and never under git.
# TWITTER_API_KEY and TWITTER_API_SECRET are accepted as other names for the same two.
TWITTER_CONSUMER_KEY=
TWITTER_CONSUMER_SECRET=

# Everything below is taken from the environment only, never from this file: a folder that came from
# somebody else must not be able to name a keystore or a passphrase command. Set it in your shell:
#
#   KEYMAKER_POEMS=DIR                the folder of poems (poems); like --poems
#   KEYMAKER_FLOCK=NAME               the flock's name and its keystore's (the name of the folder that holds
#                                     the folder of poems); like --flock
#   KEYMAKER_KEYSTORE=DIR             the folder that keystores are kept in (your system's own place for a
#                                     program's settings); like --keystore
#   KEYMAKER_STATE=DIR                the folder in which keymaker remembers what it has seen of keystores,
#                                     so that an older one, or one in plain text, is noticed (your system's
#                                     own place for a program's state)
#   KEYMAKER_PRACTICE=1               practice with a stand-in for X; like --practice
#   KEYMAKER_PRACTICE_FAULT=LEG:KIND[:TIMES]
#                                     what goes wrong in practice, several separated by commas
#   KEYMAKER_OPEN=never               opens no browser by itself; like --no-open
#   KEYMAKER_MOUSE=never              leaves the mouse to the terminal; like --no-mouse
#   KEYMAKER_TIMEOUT=SECONDS          how long X gets for an answer (15)
#   KEYMAKER_PASSPHRASE=TEXT          the passphrase of an encrypted keystore
#   KEYMAKER_PASSPHRASE_COMMAND=COMMAND
#                                     a command that prints the passphrase, such as a password manager's
#
# Also respected: HTTPS_PROXY and NO_PROXY, NODE_EXTRA_CA_CERTS, BROWSER, NO_COLOR and FORCE_COLOR.
`;
