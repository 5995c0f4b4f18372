// Prints whether `require` and `import` load the same modules.
import { createRequire } from 'node:module'

import { authenticate } from 'routekey'
import { requireKey } from 'routekey/node'

const require = createRequire(import.meta.url)
const isSame = authenticate === require('routekey').authenticate && requireKey === require('routekey/node').requireKey
process.stdout.write(String(isSame))
