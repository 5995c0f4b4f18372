import { CliError, type Command, importPackage, Option, parsePath, type Terminal } from '@routekey/command-line'

/** Adds `routekey audit`, which runs the package `@routekey/audit` of the project. */
export function addAudit(program: Command, terminal: Terminal): void {
  program
    .command('audit')
    .summary('Finds API routes that are open to everyone.')
    .description(
      'Finds handlers of a Next.js code base that are open, or whose check has a hole: route files, pages/api and server functions. It knows withKey and the checks of other libraries. Exits with 1 if a handler lets strangers in and acts. Needs the package @routekey/audit.',
    )
    .argument('[directory]', 'an application, or the root of a monorepo', '.')
    .addOption(
      new Option('--format <format>', 'how to print')
        .choices(['text', 'json', 'sarif'] as const)
        .default('text' as const),
    )
    .option('--json', 'the same as --format json')
    .option('--baseline <file>', 'ignore the findings in this file', parsePath)
    .option('--write-baseline <file>', 'write the findings of today to this file', parsePath)
    .addHelpText(
      'after',
      `
If a handler is open on purpose, say why in a comment right before its export:
  // routekey-audit: public, it only says that the server is up`,
    )
    .action(async (directory, { json, format, ...files }) => {
      const { AuditError, runAudit } = await importPackage('@routekey/audit', () => import('@routekey/audit'))
      try {
        const report = runAudit({ directory, cwd: terminal.cwd, format: json === true ? 'json' : format, ...files })
        terminal.print(report.output)
        if (report.message !== null) terminal.say(report.message)
        if (report.errors > 0) throw new CliError(report.errors === 1 ? 'One error.' : `${report.errors} errors.`, 1)
      } catch (error) {
        throw error instanceof AuditError ? new CliError(error.message, 2, { cause: error }) : error
      }
    })
}
