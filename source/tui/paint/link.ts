/** Begins a piece of the link (OSC 8). The pieces share an id, so that a terminal highlights them together. */
export const linkStart = '\u001B]8;id=keymaker-link;';

/** Ends a hyperlink. */
export const linkEnd = '\u001B]8;;\u001B\\';
