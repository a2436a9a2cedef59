import { expect } from 'chai'
import { dot, graphml } from '../../../src/sim/results/graph.js'
import type { Tree } from '../../../src/sim/results/result.js'
import { small } from './runs.js'

/** Peer 4 believes in a parent that has gone. */
const TREE: Tree = {
  atS: 2.5,
  peers: [
    { peer: 0, role: 'origin', region: 1, depth: 0 },
    { peer: 2, role: 'root', region: 0, depth: 1 },
    { peer: 3, role: 'listener', region: 2, depth: 2 },
    { peer: 4, role: 'listener', region: 2, depth: null }
  ],
  edges: [
    { from: 0, to: 2, stripes: [0, 1, 2, 3] },
    { from: 2, to: 3, stripes: [0, 3] },
    { from: 9, to: 4, stripes: [1] }
  ]
}

describe('a tree as a graph', () => {
  it('is GraphML', () => {
    expect(graphml(TREE).split('\n').slice(2)).to.deep.equal([
      '  <key id="second" for="graph" attr.name="second" attr.type="double"/>',
      '  <key id="role" for="node" attr.name="role" attr.type="string"/>',
      '  <key id="depth" for="node" attr.name="depth" attr.type="int"/>',
      '  <key id="region" for="node" attr.name="region" attr.type="int"/>',
      '  <key id="stripes" for="edge" attr.name="stripes" attr.type="string"/>',
      '  <graph id="tree" edgedefault="directed">',
      '    <data key="second">2.5</data>',
      '    <node id="p0"><data key="role">origin</data><data key="depth">0</data><data key="region">1</data></node>',
      '    <node id="p2"><data key="role">root</data><data key="depth">1</data><data key="region">0</data></node>',
      '    <node id="p3"><data key="role">listener</data><data key="depth">2</data><data key="region">2</data></node>',
      '    <node id="p4"><data key="role">listener</data><data key="region">2</data></node>',
      '    <edge source="p0" target="p2"><data key="stripes">0 1 2 3</data></edge>',
      '    <edge source="p2" target="p3"><data key="stripes">0 3</data></edge>',
      '  </graph>',
      '</graphml>',
      ''
    ])
  })

  it('is DOT', () => {
    expect(dot(TREE)).to.equal(`digraph tree {
  graph [second="2.5", rankdir=TB];
  node [shape=point];
  edge [arrowsize=0.4];
  0 [role=origin, depth=0, region=1, shape=doublecircle, label="origin"];
  2 [role=root, depth=1, region=0];
  3 [role=listener, depth=2, region=2];
  4 [role=listener, region=2];
  0 -> 2 [stripes="0 1 2 3"];
  2 -> 3 [stripes="0 3"];
}
`)
  })

  it('has edges between its own nodes alone', async () => {
    const [tree] = (await small()).trees
    const text = graphml(tree!)
    const nodes = new Set([...text.matchAll(/<node id="(\w+)"/g)].map(([, id]) => id))
    const edges = [...text.matchAll(/<edge source="(\w+)" target="(\w+)"/g)]
    expect(nodes.size).to.equal(tree!.peers.length)
    expect(edges.length).to.be.above(30)
    for (const [, from, to] of edges) expect(nodes).to.include(from).and.include(to)
  })
})
