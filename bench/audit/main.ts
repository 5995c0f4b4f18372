// Usage: node bench/audit/main.ts <directory of copies> <labels>
//
// Measures the audit on public code. The directory has a copy of each repository, named owner+name. The labels are lines of
// `<label> <method> <owner>/<name>@<commit> <path>`: G guarded, P open on purpose, R open and acts, F fails open, M mixed.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Audit, audit } from '@routekey/audit'

const [copies = '', labelsPath = ''] = process.argv.slice(2)
if (!existsSync(copies) || !existsSync(labelsPath)) {
  console.error(
    'Name the directory of the copies and the file of the labels: node bench/audit/main.ts ../copies ../labels.txt',
  )
  process.exit(2)
}

interface Label {
  readonly label: string
  readonly method: string
  readonly repository: string
  readonly path: string
}

const labels = readFileSync(labelsPath, 'utf8')
  .split('\n')
  .flatMap((line): readonly Label[] => {
    const [, label = '', method = '', repository = '', path = ''] =
      /^([GPRFM]) (\S+) ([^\s@]+)\S* (.+)$/.exec(line) ?? []
    return label === '' ? [] : [{ label, method, repository: repository.replace('/', '+'), path }]
  })

const audits = new Map<string, Audit>()
for (const repository of new Set(labels.map((label) => label.repository))) {
  const directory = join(copies, repository)
  if (!existsSync(directory)) continue
  const start = performance.now()
  const result = audit(directory)
  audits.set(repository, result)
  console.log(`${repository}: ${result.handlers.length} handlers, ${Math.round(performance.now() - start)} ms`)
}

const rows = labels.flatMap((label) => {
  const result = audits.get(label.repository)
  if (result === undefined) return []
  const handler = result.handlers.find(({ file, name }) => file === label.path && name === label.method)
  const name = `${handler?.name} ${handler?.route}`
  const isError = result.findings.some(({ level, handlers }) => level === 'error' && handlers.includes(name))
  return [
    {
      ...label,
      verdict: handler?.verdict ?? 'missed',
      hasGuard: handler?.guard !== null && handler !== undefined,
      isError,
    },
  ]
})

const share = (part: number, whole: number): string =>
  `${part} of ${whole}, ${whole === 0 ? '–' : Math.round((100 * part) / whole)} %`
const of = (...wanted: readonly string[]) => rows.filter(({ label }) => wanted.includes(label))
const bad = of('R', 'F')
const errors = rows.filter(({ isError, label }) => isError && label !== 'M')
const guarded = of('G')
console.log(
  `errors that are right: ${share(errors.filter(({ label }) => label === 'R' || label === 'F').length, errors.length)}`,
)
console.log(`open or failing open, found: ${share(bad.filter(({ isError }) => isError).length, bad.length)}`)
console.log(`guards recognized: ${share(guarded.filter(({ hasGuard }) => hasGuard).length, guarded.length)}`)
console.log(
  `guarded without a hole: ${share(guarded.filter(({ verdict }) => verdict === 'guarded').length, guarded.length)}`,
)
for (const { label, method, repository, path, verdict, isError } of rows) {
  const isWrong = label === 'G' ? verdict !== 'guarded' : label === 'P' ? isError : label === 'M' ? false : !isError
  if (isWrong) console.log(`  ${label} ${method} ${repository} ${path}: ${verdict}${isError ? ', error' : ''}`)
}
