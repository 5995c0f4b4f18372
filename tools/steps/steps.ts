import { join } from 'node:path'
import type { Step } from './run-step.ts'

const tool = (name: string, script: string): Step => ({
  name,
  command: [process.execPath, join('tools', script)],
  reportPath: null,
})

export const build = tool('build', 'build.ts')
export const checkPackage = tool('package', 'steps/check-package.ts')
export const checkWords = tool('words', 'check-words.ts')
export const checkDependencies = tool('dependencies', 'steps/check-dependencies.ts')
export const checkTypes = tool('types', 'steps/check-types.ts')
export const auditApplication: Step = {
  name: 'open routes',
  command: [process.execPath, join('packages', 'audit', 'dist', 'cli', 'bin.js'), join('apps', 'web')],
  reportPath: null,
}
export const checkFormat: Step = { name: 'format', command: ['oxfmt', '--check', '.'], reportPath: null }
export const checkUnused: Step = { name: 'unused', command: ['knip'], reportPath: null }
export const lint: Step = {
  name: 'lint',
  command: ['oxlint', '--type-aware', '--deny-warnings'],
  reportPath: null,
}

/**
 * Runs the tests of some projects of `vitest.config.ts` at once.
 *
 * @param options.directory where to report them
 * @param options.isBrief whether to print only the failures, not a line for each file
 */
export function runTests(projects: readonly string[], options: { directory: string; isBrief?: boolean }): Step {
  const { directory, isBrief = false } = options
  const name = `${new Intl.ListFormat('en').format(projects)} tests`
  const selection = projects.flatMap((project) => ['--project', project])
  const reporters = [
    isBrief ? 'minimal' : 'default',
    './tools/steps/test-reporter.ts',
    './tools/steps/attack-reporter.ts',
  ]
  return {
    name,
    command: ['vitest', 'run', ...selection, ...reporters.map((reporter) => `--reporter=${reporter}`)],
    reportPath: join(directory, `${projects.join('-')}.json`),
  }
}
