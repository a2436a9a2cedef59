import { MemoryStore } from '../../src/tracker/store/memory.js'
import { storeContract } from './store-contract.js'

describe('memory store', () => {
  let store: MemoryStore
  beforeEach(() => (store = new MemoryStore()))
  storeContract(() => Promise.resolve(store))
})
