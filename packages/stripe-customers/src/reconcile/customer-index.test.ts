import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCustomerIndex, type CustomerIndex } from './customer-index.ts'
import type { LiveCustomer } from './decide-profile.ts'

let index: CustomerIndex
beforeEach(() => {
  index = createCustomerIndex()
})
afterEach(() => {
  index.close()
})

const makeCustomer = (number: number, fields: Partial<LiveCustomer> = {}): LiveCustomer => ({
  id: `cus_${number}`,
  email: `user-${number}@example.com`,
  profileId: `profile-${number}`,
  created: number,
  ...fields,
})

describe('createCustomerIndex', () => {
  it('finds customers by their id and by that of their profile', () => {
    const [first, second, third] = [makeCustomer(1), makeCustomer(2, { profileId: 'profile-1' }), makeCustomer(3)]
    index.add([third, first])
    index.add([second])
    expect(index.find('cus_2')).toEqual(second)
    expect(index.ofProfile('profile-1')).toEqual([first, second])
    expect(index.find('cus_4')).toBeNull()
    expect(index.ofProfile('profile-4')).toEqual([])
  })

  it('finds nothing when it is empty', () => {
    index.add([])
    expect(index.find('cus_1')).toBeNull()
    expect(index.ofProfile('profile-1')).toEqual([])
    expect(index.listMarked(null, 10)).toEqual([])
  })

  it('keeps what a customer has, of any length and in any script', () => {
    const long = makeCustomer(1, { email: `${'é🦊\n"'.repeat(300)}@example.com`, profileId: 'x'.repeat(500) })
    const bare = makeCustomer(2, { email: null, profileId: null })
    index.add([long, bare, makeCustomer(3)])
    expect(index.find('cus_1')).toEqual(long)
    expect(index.find('cus_2')).toEqual(bare)
    expect(index.find('cus_3')).toEqual(makeCustomer(3))
    expect(index.ofProfile(long.profileId ?? '')).toEqual([long])
  })

  it('tells ids apart whose hash is the same', () => {
    const ids = ['00000000-0000-4000-8000-158922215337', '00000000-0000-4000-8000-926974711158'] as const
    const customers = ids.map((id, number) => makeCustomer(number, { id, profileId: id }))
    index.add(customers)
    for (const customer of customers) {
      expect(index.find(customer.id)).toEqual(customer)
      expect(index.ofProfile(customer.id)).toEqual([customer])
    }
    expect(index.listMarked(ids[1], 10)).toEqual([])
  })

  it('lists the customers with a profile id page by page, each once', () => {
    const customers = Array.from({ length: 2000 }, (_, number) =>
      makeCustomer(number, number % 10 === 0 ? { profileId: null } : {}),
    )
    for (let first = 0; first < customers.length; first += 100) index.add(customers.slice(first, first + 100))
    const listed: LiveCustomer[] = []
    for (let page = index.listMarked(null, 300); page.length > 0; page = index.listMarked(page.at(-1)!.id, 300)) {
      expect(page.length).toBeLessThanOrEqual(300)
      listed.push(...page)
    }
    expect(listed).toEqual(customers.filter(({ profileId }) => profileId !== null))
  })
})
