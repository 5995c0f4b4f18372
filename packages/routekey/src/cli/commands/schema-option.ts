import { InvalidArgumentError, Option } from '@routekey/command-line'

import { checkSchema } from '../../sql/check-schema.ts'

/** The schema of the tables. */
export const schemaOption = new Option('--schema <name>', 'the schema of the tables')
  .default('public')
  .argParser((name) => {
    try {
      checkSchema(name)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
    return name
  })
