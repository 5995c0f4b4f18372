import { runs } from '../../../runs.js'

export default function handler(_request, response) {
  response.send(String(runs.pages))
}
