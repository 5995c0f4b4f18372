export const getServerSideProps = () => ({ props: {} })

export default function Page() {
  return <p>open to everyone</p>
}
