/** Quotes an argument of a suggested command, so that a POSIX shell passes it on as it is. */
export const quoteForShell = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
