import { marker } from '../../marker.js'

export const getServerSideProps = () => ({ props: { marker } })

export default function Page(props) {
  return <p>{props.marker}</p>
}
