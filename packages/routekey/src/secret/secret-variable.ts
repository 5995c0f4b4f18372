import { RoutekeyError } from '../errors.ts'

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/
const publishedPrefix = /^(?:(?:NEXT_|NUXT_|EXPO_)?PUBLIC|REACT_APP|GATSBY|VITE)_/

/**
 * Checks that a name is a valid variable name, and that no framework copies its value into the code for browsers.
 *
 * @throws `ERR_CONFIG_VARIABLE`
 */
export function checkSecretVariable(name: string): void {
  if (!variableName.test(name)) {
    throw new RoutekeyError(
      'ERR_CONFIG_VARIABLE',
      `${JSON.stringify(name)} is not a valid variable name. Use letters, digits and _.`,
    )
  }
  const published = publishedPrefix.exec(name)
  if (published !== null) {
    throw new RoutekeyError(
      'ERR_CONFIG_VARIABLE',
      `${name} would be published to browsers. Use a name without the prefix ${published[0]}.`,
    )
  }
}

/** Names the variable that holds the previous secret during a rotation. */
export const previousVariable = (name: string) => `${name}_PREVIOUS`
