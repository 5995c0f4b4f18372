import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'
import { listFiles, root } from './list-files.ts'

const documents = listFiles(['*.md'])

/** Removes code, in which brackets are not links and `#` is not a heading. */
function withoutCode(markdown: string): string {
  const fences = /^( *)(`{3,}|~{3,}).*\n[\s\S]*?^ *\2[ \t]*$/gm
  return markdown.replaceAll(fences, (block) => block.replaceAll(/.+/g, ''))
}

const inlineCode = /(`+)(?!`).*?[^`]\1(?!`)/g

function linkTargets(markdown: string): string[] {
  const prose = withoutCode(markdown).replaceAll(inlineCode, '`code`')
  const patterns = [/\]\(\s*<?([^\s)>]+)/g, /^ *\[[^\]]+\]:\s*<?([^\s>]+)/gm, /\b(?:href|src|srcset)="([^"\s]+)"/g]
  return patterns.flatMap((pattern) => [...prose.matchAll(pattern)].map(([, target = '']) => target))
}

/** The anchors that GitHub gives to the headings of a document. */
function headingAnchors(markdown: string): Set<string> {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, title = ''] of withoutCode(markdown).matchAll(/^#{1,6} +(.+?)(?: +#+)? *$/gm)) {
    const text = title.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-')
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    anchors.add(count === 0 ? slug : `${slug}-${count}`)
  }
  return anchors
}

/** Says what is wrong with a link, or null. Addresses with a scheme are not followed. */
function linkProblem(document: string, target: string): string | null {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return null
  const [path = '', anchor] = decodeURI(target).split('#', 2)
  const file = path === '' ? document : normalize(join(path.startsWith('/') ? '.' : dirname(document), path))
  if (!existsSync(join(root, file))) return `${target}: no such file`
  if (anchor === undefined) return null
  if (!file.endsWith('.md')) return /^L\d+(-L\d+)?$/.test(anchor) ? null : `${target}: not a Markdown file`
  return headingAnchors(readFileSync(join(root, file), 'utf8')).has(anchor) ? null : `${target}: no such heading`
}

/** Paths of this repository in code, from the root or from the document's folder; not those of a reader's project. */
function namedPaths(markdown: string): string[] {
  const path = /`((?:apps|bench|docs|packages|supabase|tools|src|sql|test)\/[\w./[\]-]+\.(?:ts|tsx|mjs|sql|md|json))`/g
  return [...withoutCode(markdown).matchAll(path)].map(([, named = '']) => named)
}

const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

it('finds the Markdown files of the repository', () => {
  expect(documents).toContain('README.md')
})

it.each(documents)('%s links only to files and headings that exist', (document) => {
  const targets = linkTargets(readFileSync(join(root, document), 'utf8'))
  expect(targets.map((target) => linkProblem(document, target)).filter((problem) => problem !== null)).toEqual([])
})

it.each(documents)('%s names only files that exist', (document) => {
  const places = ['.', dirname(document)]
  const named = namedPaths(readFileSync(join(root, document), 'utf8'))
  expect(named.filter((path) => !places.some((place) => existsSync(join(root, place, path))))).toEqual([])
})

it.each(documents)('%s names only npm scripts that exist', (document) => {
  const commands = readFileSync(join(root, document), 'utf8').matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g)
  expect([...commands].map(([, script = '']) => script).filter((script) => !(script in manifest.scripts))).toEqual([])
})

it('reports a missing file and a missing heading, and ignores code', () => {
  const markdown = [
    '[a](no-such.md)',
    '[b](#nowhere)',
    '`[c](code.md)`',
    '```',
    '[d](block.md)',
    '# Block',
    '```',
    '## The `x` of y!',
    '',
  ].join('\n')
  expect(linkTargets(markdown)).toEqual(['no-such.md', '#nowhere'])
  expect(headingAnchors(markdown)).toEqual(new Set(['the-x-of-y']))
  expect(linkProblem('README.md', 'no-such.md')).toBe('no-such.md: no such file')
  expect(linkProblem('README.md', '#nowhere')).toBe('#nowhere: no such heading')
  expect(linkProblem('docs/style.md', '../README.md')).toBeNull()
})
