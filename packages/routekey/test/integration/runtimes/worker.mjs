import { checkLibrary } from './library-check.mjs'

// oxlint-disable-next-line import/no-default-export -- the form that workers have
export default {
  fetch: async () => Response.json(await checkLibrary()),
}
