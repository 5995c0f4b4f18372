import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, it } from 'vitest'
import { listFiles, root } from './list-files.ts'

const paths = listFiles(['*.ts', '*.tsx', '*.mjs', '*.js', '*.jsx'])

/** The package of a path below the root: its first two folders, or the first one. */
function packageOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'packages' || first === 'apps' ? `${first}/${second}` : first
}

function importsOf(path: string): string[] {
  const { module, program } = parseSync(path, readFileSync(join(root, path), 'utf8'))
  const reExports = program.body.flatMap((node) =>
    (node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration') && node.source !== null
      ? [node.source.value]
      : [],
  )
  return [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...reExports]
}

it('imports files of another package by the name of the package, never by a relative path', () => {
  const strays = paths.flatMap((path) =>
    importsOf(path)
      .filter((specifier) => specifier.startsWith('.'))
      .filter((specifier) => packageOf(relative('', join(dirname(path), specifier))) !== packageOf(path))
      .map((specifier) => `${path} imports ${specifier}`),
  )
  expect(paths.length).toBeGreaterThan(100)
  expect(strays).toEqual([])
})
