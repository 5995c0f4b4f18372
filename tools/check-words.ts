// npm run check:words [path…]: finds archaic phrases in all that a person reads. docs/style.md, "Words".
import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { listFiles, root } from './repository/list-files.ts'
import { allowedWords } from './words/allowed-words.ts'
import { findWords, type FoundWord } from './words/find-words.ts'

const extensions = new Set(['.css', '.http', '.js', '.json', '.jsx', '.md', '.mjs', '.sql', '.ts', '.tsx'])
// The list of words itself, and text that npm or a licence writes.
const excluded = /^tools\/words\/|(?:^|\/)package-lock\.json$|(?:^|\/)LICENSE$/

const paths = listFiles(process.argv.slice(2)).filter((path) => extensions.has(extname(path)) && !excluded.test(path))
const found = paths.flatMap((path) => findWords(path, readFileSync(join(root, path), 'utf8')))

const isAllowed = ({ path, phrase }: FoundWord) =>
  allowedWords.some((allowed) => allowed.path === path && allowed.phrase === phrase)
const remaining = found.filter((word) => !isAllowed(word))
const unused = allowedWords.filter(
  ({ path, phrase }) => paths.includes(path) && !found.some((word) => word.path === path && word.phrase === phrase),
)

for (const { path, line, phrase, instead } of remaining) console.log(`${path}:${line}: "${phrase}" → ${instead}`)
for (const { path, phrase } of unused) console.log(`tools/words/allowed-words.ts: ${path} no longer has "${phrase}"`)
if (remaining.length > 0) printCounts()
process.exitCode = remaining.length + unused.length === 0 ? 0 : 1

function printCounts(): void {
  const counts = new Map<string, number>()
  for (const { path } of remaining) {
    const folder = path.split('/').slice(0, -1).slice(0, 4).join('/')
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  console.log(`\n${remaining.length} archaic phrases:`)
  for (const [folder, count] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${String(count).padStart(5)}  ${folder}/`)
}
