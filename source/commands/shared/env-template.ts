/**
 * What `init` writes as `.env`, and the repository's `.env.example`: every variable, with empty values, so it
 * changes nothing until you fill it in.
 */
export const envTemplate = `# keymaker reads only these two lines from the .env in the current folder.
# They are your X app's "API Key and Secret" (X's documentation also calls them "consumer key and secret"), from
# the app's "Keys and tokens" page. Keep this file private: mode 0600, and never under git.
# TWITTER_API_KEY and TWITTER_API_SECRET work as other names for them.
TWITTER_CONSUMER_KEY=
TWITTER_CONSUMER_SECRET=

# keymaker reads everything below only from the environment, never from this file: somebody else's folder
# must not be able to choose a keystore or a passphrase command. Set these in your shell:
#
#   KEYMAKER_POEMS=DIR                the folder of poems (default: poems); like --poems
#   KEYMAKER_FLOCK=NAME               the name of the flock and its keystore (default: the folder that holds
#                                     the folder of poems); like --flock
#   KEYMAKER_KEYSTORE=DIR             the folder of keystores (default: your system's folder for a
#                                     program's settings); like --keystore
#   KEYMAKER_STATE=DIR                the folder in which keymaker remembers the keystores it has seen, to
#                                     notice an older or plain-text replacement (default: your system's
#                                     folder for a program's state)
#   KEYMAKER_PRACTICE=1               use a stand-in for X on this computer; like --practice
#   KEYMAKER_PRACTICE_FAULT=LEG:KIND[:TIMES]
#                                     faults to show in practice, separated by commas
#   KEYMAKER_OPEN=never               do not open the browser automatically; like --no-open
#   KEYMAKER_BROWSER=default          open links in your browser's own windows; like --browser default
#   KEYMAKER_CALLBACK=PORT            let X return the browser to this port; like --callback
#   KEYMAKER_MOUSE=never              leave the mouse to the terminal; like --no-mouse
#   KEYMAKER_TIMEOUT=SECONDS          how long X has to answer (default: 15)
#   KEYMAKER_PASSPHRASE=TEXT          the passphrase of an encrypted keystore
#   KEYMAKER_PASSPHRASE_COMMAND=COMMAND
#                                     a command that prints the passphrase, such as a password manager's
#
# Also respected: HTTPS_PROXY and NO_PROXY, NODE_EXTRA_CA_CERTS, BROWSER, NO_COLOR and FORCE_COLOR.
`;
