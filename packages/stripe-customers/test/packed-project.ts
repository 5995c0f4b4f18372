import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const packageDirectory = fileURLToPath(new URL('../', import.meta.url))
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const typescript = join(modules, 'typescript/bin/tsc')

/** A project that has installed the tarball of this package, as npm unpacks it, and the packages that it needs. */
export interface PackedProject {
  readonly directory: string
  /** The files of the tarball. */
  readonly files: readonly string[]
  /** Runs the command line, with arguments or a line of them. `node`: the program of another Node. */
  runBin(
    line: string | readonly string[],
    options?: { env?: Record<string, string>; node?: string },
  ): Promise<BinResult>
  /** Runs a module, and parses what it prints. */
  runModule(source: string): unknown
  /** Type-checks `source` in strict mode, with the types of the packages. Returns the compiler's output. */
  typeCheck(source: string): string
  remove(): void
}

interface BinResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Builds, packs and unpacks this package. The build has its own directory, so that tests that run at the same time find the
 * package's `dist` complete.
 *
 * @param packages the packages that the project has installed beside it
 */
export function createPackedProject(packages: readonly string[]): PackedProject {
  const directory = mkdtempSync(join(tmpdir(), 'stripe-customers-project-'))
  const staging = join(directory, 'staging')
  mkdirSync(staging)
  for (const file of ['package.json', 'README.md', 'LICENSE'])
    copyFileSync(join(packageDirectory, file), join(staging, file))
  cpSync(join(packageDirectory, 'sql'), join(staging, 'sql'), { recursive: true })
  const project = join(packageDirectory, 'tsconfig.build.json')
  execFileSync(process.execPath, [typescript, '-p', project, '--outDir', join(staging, 'dist')])
  execFileSync(process.execPath, [join(packageDirectory, 'bundle-command-line.mjs'), join(staging, 'dist/cli/bin.js')])
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', directory], { cwd: staging, stdio: 'ignore' })

  const tarball = join(directory, 'routekey-stripe-customers-0.1.0.tgz')
  const installed = join(directory, 'node_modules/@routekey/stripe-customers')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1'], { cwd: installed })
  for (const name of packages) {
    mkdirSync(dirname(join(directory, 'node_modules', name)), { recursive: true })
    symlinkSync(join(modules, name), join(directory, 'node_modules', name))
  }
  const manifest = { name: 'project', private: true, type: 'module' }
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest))
  const bin = join(installed, 'dist/cli/bin.js')

  return {
    directory,
    files: execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n'),
    async runBin(line, { env = {}, node } = {}) {
      const args = typeof line === 'string' ? line.split(' ') : line
      const options = { cwd: directory, env: { ...env, PATH: pathWithNode() } }
      const child = node === undefined ? spawn(bin, args, options) : spawn(node, [bin, ...args], options)
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
      return { exitCode: child.exitCode, stdout, stderr }
    },
    runModule: (source) =>
      JSON.parse(
        execFileSync(process.execPath, ['--input-type=module', '--eval', source], { cwd: directory, encoding: 'utf8' }),
      ),
    typeCheck(source) {
      writeFileSync(join(directory, 'source.ts'), source)
      const compilerOptions = { strict: true, noEmit: true, target: 'es2023', module: 'nodenext', types: ['node'] }
      writeFileSync(
        join(directory, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: false }, include: ['source.ts'] }),
      )
      return spawnSync(process.execPath, [typescript, '-p', '.'], { cwd: directory, encoding: 'utf8' }).stdout
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function pathWithNode(): string {
  return `${dirname(process.execPath)}:${process.env['PATH']}`
}
