/** A phrase that we do not write, and what to write instead. */
export interface ArchaicWord {
  /** Has the flags `gi`; ordinary spaces match line breaks too. */
  readonly pattern: RegExp
  readonly instead: string
}

const word = (source: string, instead: string): ArchaicWord => ({
  pattern: new RegExp(`(?<![\\w-])(?:${source.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi'),
  instead,
})

const verb = '(?:is|are|was|were|has|have|had|does|do|did|can|cannot|could|may|must|will|would)'
const generated = '(?:keys?|secrets?|ids?|tokens?|numbers?|values?|bytes?|names?|ports?|seeds?|jitter)'

export const archaicWords: readonly ArchaicWord[] = [
  word('anew', 'again'),
  word('whoever|whomever', 'anyone who, the user who'),
  word('whatever', 'any, everything that'),
  word('wherever', 'everywhere that, if'),
  word('thereby|therefore', 'so'),
  word('thereof|therein', 'of it, in it'),
  word('whence|hence', 'so, from which'),
  word('lest', 'so that … not'),
  word('upon', 'on'),
  word('ere', 'before'),
  word('mend(?:s|ed|ing)?', 'fix, repair'),
  // "X stands for Y" is current English.
  word('(?:stands?|stood|standing)(?! (?:for|in for|out|still))', 'is, is valid, is written'),
  word('bears?|borne|bore|bearing', 'accept, tolerate, carry'),
  word('(?:the|for) want of', 'a missing X, without'),
  // "There is no X" and "is no longer" are current English.
  word(
    '(?<!\\bthere )(?:is|are|was|were) no(?= )(?! (?:longer|more than|less than|fewer than|later than|earlier than))',
    'is not a',
  ),
  word('(?:has|have|had) none', 'has no X'),
  word('(?<=[,;:] )for (?:it|they|he|she|we|you|there) \\w+', 'because'),
  word(
    `(?<=[,;:] )for (?!example|it |they |he |she |we |you |there )(?:(?!that|which|who)[^\\s,.;:]+ ){1,4}${verb}`,
    'because',
  ),
  word('but for', 'except'),
  word('as far as (?:it|they|he|she|we|you)', 'if, what'),
  word('(?:told|tells?|telling) of', 'says, reports'),
  word('hears?|heard', 'gets, receives'),
  word('(?:gives?|gave|given|giving) on', 'passes on'),
  word('(?:go|goes|went|gone) on', 'continue'),
  word('(?:lets?|letting) in', 'accept'),
  word('in (?:the )?clear', 'in plaintext'),
  // A chart is drawn.
  word(`(?:draws?|drawn|drew|drawing) (?:(?:an?|the|its|new|one|another|fresh|random) )*${generated}`, 'generate'),
  word('bur(?:y|ies|ied|ying)', 'name what happens to it'),
  word('heed(?:s|ed|ing)?', 'follow, respect'),
  word('dear(?:er|est|ly)?', 'expensive'),
  word('shall', 'must, will'),
  word('may not', 'must not, cannot, might not'),
  word('that which', 'what, the X that'),
  // A question may ask it, and "says what is wrong" is current English.
  word('what (?:is|was|are|were)(?! (?:wrong|missing))(?![^.!?:;]*\\?)', 'use a noun: the X that is'),
]
