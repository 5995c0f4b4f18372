import { checkLibrary } from './library-check.mjs'

// oxlint-disable-next-line import/no-default-export -- workers have a default export
export default {
  fetch: async () => Response.json(await checkLibrary()),
}
