import { expect } from 'chai'
import { isPrivate } from '../../src/protocol/wire/ice.js'
import { networkOf, Networks } from '../../src/tracker/networks.js'

describe('networks', () => {
  it('of houses are told from those of the world', () => {
    const inside = ['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.9.9', '192.168.1.1', '169.254.1.1']
    for (const address of [...inside, '::1', 'fd00::1', 'fe80::1'])
      expect(isPrivate(address), address).to.equal(true)
    for (const address of [
      '1.1.1.1',
      '172.32.0.1',
      '100.64.0.1',
      '192.169.1.1',
      '2001:db8::1',
      'fc::1',
      '::12'
    ])
      expect(isPrivate(address), address).to.equal(false)
  })

  it('are what one person may have all of', () => {
    expect(networkOf('192.0.2.77')).to.equal('192.0.2')
    expect(networkOf('2001:db8::1')).to.equal('2001:db8:0:0')
    expect(networkOf('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2')
    expect(networkOf('::1')).to.equal('0:0:0:0')
  })

  it('are read as people write them, and nothing else is', () => {
    const networks = new Networks(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'], 'banned')
    for (const address of ['192.0.2.1', '2001:db8:1::1', '198.51.100.7'])
      expect(networks.has(address), address).to.equal(true)
    for (const address of ['192.0.3.1', '2001:db9::1', '198.51.100.8'])
      expect(networks.has(address), address).to.equal(false)
    for (const text of ['', 'host', '1.2.3.4/33', '1.2.3.4/x', '1.2.3.4/8/8', '::1/129'])
      expect(() => new Networks([text], 'banned'), text).to.throw(/^banned: ".*" is no address or network/)
  })
})
