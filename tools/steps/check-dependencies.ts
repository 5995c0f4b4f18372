// Fails when an installed package is missing, invalid or extraneous. `npm ls` alone accepts extraneous ones.
import { z } from 'zod'
import { runQuietly } from '../run-quietly.ts'
import { root } from '../repository/list-files.ts'

// The install script of the package `node` fetches the program of this platform, beside what the lockfile names.
const fetchedByNode = /^extraneous: node-[a-z0-9-]+@/

const { output } = await runQuietly('npm', ['ls', '--all', '--json', '--loglevel=silent'], { cwd: root })
const { problems } = z.object({ problems: z.array(z.string()).default([]) }).parse(JSON.parse(output))
const remaining = problems.filter((problem) => !fetchedByNode.test(problem))
for (const problem of remaining) console.error(problem)
if (remaining.length > 0) console.error('Run "npm install" and commit package-lock.json.')
process.exitCode = remaining.length === 0 ? 0 : 1
