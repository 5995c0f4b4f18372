import { marker } from '../../../marker.js'

export default function handler(request, response) {
  response.send(marker)
}
