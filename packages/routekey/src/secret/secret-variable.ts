import { RoutekeyError } from '../errors.ts'

const variableName = /^[a-z_]\w*$/i
// The prefixes by which frameworks and bundlers choose what they copy into the code for browsers.
const published = /^(([A-Z]+_)?(PUBLIC|VITE)|(VUE|P?REACT|NG)_APP|GATSBY|STORYBOOK|SANITY_STUDIO|WXT)_/

/**
 * Checks that a name is a valid variable name, and that no framework copies its value into the code for browsers.
 *
 * @throws `ERR_CONFIG_VARIABLE`
 */
export function checkSecretVariable(name: string): void {
  if (published.test(name) || !variableName.test(name)) {
    throw new RoutekeyError(
      'ERR_CONFIG_VARIABLE',
      `${JSON.stringify(name)} is not a valid variable name, or published to browsers by its prefix. Use another.`,
    )
  }
}

/** Names the variable that holds the previous secret during a rotation. */
export const previousVariable = (name: string) => `${name}_PREVIOUS`
