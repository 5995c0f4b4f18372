import { CliError } from './cli-error.ts'

/**
 * Imports a package that the project of the person at the terminal may have installed.
 *
 * @param load imports it, as in `() => import('pg')`
 * @throws `CliError` if it is not installed
 */
export async function importPackage<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new CliError(`The package ${name} is not installed. Run: npm install ${name}`, 2, { cause: error })
    }
    throw error
  }
}
