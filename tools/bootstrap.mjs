// What the commands need before anything else can run, in plain JavaScript that Node 20.9 understands: the installed
// packages, and a Node that the application supports. Imports nothing that has to be installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const stamp = join(modules, '.installed-lockfile')

/** Installs the packages that the lockfile names, unless that very lockfile was installed before. */
export function ensureInstalled() {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return
  console.log('Installing packages (once)…')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) fail('npm ci failed; its message stands above.')
  writeFileSync(stamp, lockfile)
}

/**
 * The Node to run the project with: the pinned one from npm, or the present one where that could not be installed.
 *
 * @returns {string} path of the executable
 */
function projectNode() {
  const pinned = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(pinned)) return pinned
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  return fail(
    `This needs Node 22.18 or newer, and this is ${process.versions.node}. The pinned Node could not be installed: ` +
      'allow the install script of the package "node", or install a newer Node.',
  )
}

/**
 * Runs a script of the project to its end and ends this process with the same exit code. The script gets the signals
 * that this process gets, and notices by its closed channel when this process is gone.
 *
 * @param {string} script path below the project's root
 * @param {string[]} args
 * @param {string[]} nodeFlags
 */
export function handOver(script, args = [], nodeFlags = []) {
  const node = projectNode()
  const child = spawn(node, [...nodeFlags, join(root, script), ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PATH: [dirname(node), join(modules, '.bin'), process.env.PATH].join(delimiter),
      NEXT_TELEMETRY_DISABLED: '1',
      LITE_TELEMETRY: '0',
    },
  })
  // A terminal sends Ctrl-C to the whole group, and npm passes it on once more; a supervisor sends it to this process alone. So
  // it is handed on in any case, but once, because a script ends for good when it gets the same signal again.
  let isInterrupted = false
  process.on('SIGINT', () => {
    if (!isInterrupted) child.kill('SIGTERM')
    isInterrupted = true
  })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGTERM'))
  if (process.env.npm_lifecycle_event !== undefined) {
    // npm killed outright takes nothing with it: its child is handed to another parent and would keep the ports.
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  }
  child.on('error', (error) => fail(`Could not start ${node}: ${error.message}`))
  child.on('exit', (code) => process.exit(code ?? 1))
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message)
  process.exit(1)
}
