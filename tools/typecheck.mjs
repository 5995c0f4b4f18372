// Type-checks every workspace and the scripts, one after the other, and fails if any of them fails.
import { spawnSync } from 'node:child_process'

const projects = [
  'packages/command-line',
  'packages/routekey',
  'packages/stripe-customers',
  'packages/sandbox',
  'apps/web',
  'packages/stripe-stand-in',
  'bench',
  'tools',
]
const failed = projects.filter((project) => spawnSync('tsc', ['-p', project], { stdio: 'inherit' }).status !== 0)
if (failed.length > 0) {
  console.error(`Type errors in: ${failed.join(', ')}`)
  process.exit(1)
}
