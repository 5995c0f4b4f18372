import { RoutekeyError } from '../errors.ts'

/**
 * Where a verifier looks for a key: the name of a header, a header and the scheme before the key, or a query parameter after a
 * question mark. `authorization` stands for its scheme `Bearer`.
 */
export type KeySources = readonly string[]

const bearer = 'authorization: bearer'
export const defaultSources: KeySources = [bearer, 'x-api-key']

/**
 * Parses the `from` option of a verifier to headers in lower case.
 *
 * @throws `ERR_CONFIG_SOURCE`
 */
export const parseSources = (from: KeySources = defaultSources): KeySources =>
  from.map((text) => {
    const source = text.toLowerCase()
    // Browsers attach cookies to requests of other sites.
    if (!/^(?!cookie$)[\w-]+(?:: [\w-]+)?$/.test(source)) {
      throw new RoutekeyError('ERR_CONFIG_SOURCE', `from has "${text}". Use "x-api-key" or "Authorization: Api-Key".`)
    }
    return source === 'authorization' ? bearer : source
  })
