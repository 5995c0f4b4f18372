import { dirname, join } from 'node:path'

import { parseData, readMember } from '../parse/read-data.ts'
import { readText } from '../resolve/read-file.ts'

/** An application of Next.js in a code base. */
export interface Application {
  readonly directory: string
  /** The folder of the App Router, or null. */
  readonly app: string | null
  /** The folder of the Pages Router, or null. */
  readonly pages: string | null
  readonly config: string | null
  /** The files below the directory that belong to no other application. */
  readonly files: readonly string[]
}

const configName = /^next\.config\.(?:js|mjs|cjs|ts|mts)$/

/**
 * Finds the applications among the files of a code base: a directory with `app` or `pages`, directly or in `src`, that has a
 * `next.config` or depends on `next`. The root counts without either.
 */
export function findApplications(root: string, files: readonly string[]): readonly Application[] {
  const folders = new Set<string>()
  for (const file of files) {
    for (let folder = dirname(file); folder.length >= root.length && !folders.has(folder); folder = dirname(folder))
      folders.add(folder)
  }
  const configs = new Map(
    files.flatMap((file) =>
      configName.test(file.slice(dirname(file).length + 1)) ? [[dirname(file), file] as const] : [],
    ),
  )
  const dependents = files
    .filter((file) => file.endsWith('/package.json') && dependsOnNext(file))
    .map((file) => dirname(file))
  const directories = [...new Set([...configs.keys(), ...dependents, root])]
  const pick = (directory: string, name: string): string | null =>
    [join(directory, name), join(directory, 'src', name)].find((folder) => folders.has(folder)) ?? null
  const found = directories
    .map((directory) => ({
      directory,
      app: pick(directory, 'app'),
      pages: pick(directory, 'pages'),
      config: configs.get(directory) ?? null,
    }))
    .filter(({ app, pages }) => app !== null || pages !== null)
  const sorted = found.toSorted((left, right) => (left.directory < right.directory ? -1 : 1))
  return sorted.map((application) => {
    const inner = sorted.filter(({ directory }) => directory.startsWith(`${application.directory}/`))
    const own = files.filter(
      (file) =>
        file.startsWith(`${application.directory}/`) &&
        !inner.some(({ directory }) => file.startsWith(`${directory}/`)),
    )
    return { ...application, files: own }
  })
}

function dependsOnNext(path: string): boolean {
  const text = readText(path)
  if (text === null || !text.includes('"next"')) return false
  const manifest = parseData(text)
  return ['dependencies', 'devDependencies', 'peerDependencies'].some(
    (kind) => readMember(readMember(manifest, kind), 'next') !== undefined,
  )
}
