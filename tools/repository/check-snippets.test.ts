// Type-checks the TypeScript in READMEs and guides, against the packages as other packages import them.
import { execFile } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPackages } from '../build-if-stale.ts'
import { parseBlocks } from '../documents/read-blocks.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** What readers have in their own project, and snippets import. */
const ownFiles: readonly Snippet[] = [
  { path: 'lib/database.ts', code: `export declare const pool: import('pg').Pool\n` },
  { path: 'lib/keyring.ts', code: `export declare const keyring: import('routekey').Keyring\n` },
  {
    path: 'lib/record-once.ts',
    code: 'export declare function recordOnce(id: string, body: unknown): Promise<void>\n',
  },
  // As `wrangler types` writes it.
  {
    path: 'worker-configuration.d.ts',
    code: `interface KVNamespace { get(name: string): Promise<string | null> }
      declare module 'cloudflare:workers' { export const env: { readonly API_ROUTE_SECRET: string } }\n`,
  },
]

interface Snippet {
  /** The path that the first line names in a comment, or one by its place in the document. */
  readonly path: string
  readonly code: string
}

const extractSnippets = (markdown: string): readonly Snippet[] =>
  parseBlocks(markdown)
    .filter(({ language }) => /^tsx?$/.test(language))
    .map(({ path, code, language, line }) => ({ path: path ?? `line-${line}.${language}`, code }))

const tsconfig = (directory: string) => ({
  extends: join(root, 'tsconfig.base.json'),
  compilerOptions: {
    module: 'preserve',
    moduleResolution: 'bundler',
    lib: ['es2023', 'dom', 'dom.iterable'],
    jsx: 'preserve',
    types: [join(root, 'node_modules/@types/node')],
    paths: { '@/*': [`${directory}/*`] },
  },
  include: ['**/*.ts', '**/*.tsx'],
  exclude: [],
})

/** Returns what the compiler says about the snippets of a document; nothing if they are valid. */
async function checkSnippets(document: string, markdown: string): Promise<string> {
  const directory = directoryOf(document)
  const snippets = extractSnippets(markdown)
  if (new Set(snippets.map(({ path }) => path)).size < snippets.length) return 'Two snippets name the same file.'
  for (const { path, code } of [...ownFiles, ...snippets]) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    // Without an import or export, a snippet would be a script, which shares its names with the others.
    writeFileSync(join(directory, path), path.endsWith('.d.ts') ? code : `${code}export {}\n`)
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(tsconfig(directory)))
  const run = promisify(execFile)(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd: directory })
  return run.then(
    () => '',
    (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)),
  )
}

// In the workspace, so that imports are resolved as they are there; the library's, which has every framework, for all other documents.
const workspaceOf = (document: string) => /^packages\/[^/]+/.exec(document)?.[0] ?? 'packages/routekey'
const directoryOf = (document: string) =>
  join(root, workspaceOf(document), 'node_modules/.cache/snippets', document.replaceAll('/', '_'))

const readDocument = (document: string) => readFileSync(join(root, document), 'utf8')

const documents = globSync(['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'packages/*/README.md'], {
  cwd: root,
}).filter((document) => extractSnippets(readDocument(document)).length > 0)

const example = 'packages/routekey/example.md'

beforeAll(async () => {
  await buildPackages()
})

afterAll(() => {
  for (const document of [...documents, example]) rmSync(directoryOf(document), { recursive: true, force: true })
})

it.each(documents)('%s has TypeScript that compiles', async (document) => {
  expect(await checkSnippets(document, readDocument(document))).toBe('')
})

it('reports a snippet that does not compile, by the path in its first line', async () => {
  const markdown = "```ts\n// lib/a.ts\nimport { withKeys } from 'routekey/next'\n```\n"
  expect(await checkSnippets(example, markdown)).toMatch(/^lib\/a\.ts\(2,10\): error TS2724:/)
})
