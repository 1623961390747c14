// kafkajs against a broker, checked by itself: admin, a gzip producer, a consumer group, offsets.
//
//   node kafkajs_client.js HOST:PORT TOPIC
//
// Prints a line per step; what is not as it should be ends it with exit code 1.
'use strict';
const assert = require('assert');
const { Kafka, CompressionTypes, ConfigResourceTypes, logLevel } = require('kafkajs');

const [address, topic] = process.argv.slice(2);
const groupId = `${topic}-group`;
const RECORDS = 300;
const kafka = new Kafka({ clientId: 'kafkajs-client', brokers: [address], logLevel: logLevel.ERROR });
const values = (from, to) => Array.from({ length: to - from }, (_, i) => `value-${from + i}`);

async function createTopic(admin) {
  assert.strictEqual(await admin.createTopics({
    topics: [{
      topic, numPartitions: 2, replicationFactor: 1,
      configEntries: [{ name: 'retention.ms', value: '3600000' }],
    }],
  }), true);
  assert.strictEqual(await admin.createTopics({ topics: [{ topic }] }), false);  // exists
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  assert((await admin.listTopics()).includes(topic));
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  assert.strictEqual(metadata.topics[0].partitions.length, 3);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
  });
  assert.strictEqual(resources[0].configEntries[0].configValue, '3600000');
  const cluster = await admin.describeCluster();
  assert.strictEqual(cluster.brokers.length, 1);
  assert(cluster.clusterId);
  console.log('admin: topic, partitions, configs, cluster');
}

async function produce(options, from, to) {
  const producer = kafka.producer(options);
  await producer.connect();
  const answers = await producer.send({
    topic,
    acks: -1,
    compression: CompressionTypes.GZIP,
    messages: values(from, to).map((value) => ({ key: value, value, headers: { from: 'kafkajs' } })),
  });
  assert(answers.length > 0 && answers.every(({ errorCode }) => errorCode === 0));
  await producer.disconnect();
  console.log(`producer ${JSON.stringify(options)}: ${to - from} records`);
}

// Consumes as a member of the group until so many records came; commits by itself on leaving.
async function consume(count) {
  const consumer = kafka.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const received = [];
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({
      eachMessage: async ({ message }) => {
        assert.strictEqual(message.headers.from.toString(), 'kafkajs');
        assert.strictEqual(message.key.toString(), message.value.toString());
        received.push(message.value.toString());
        if (received.length === count) resolve();
      },
    }).catch(reject);
  });
  await consumer.disconnect();
  console.log(`consumer: ${received.length} records`);
  return received;
}

async function checkOffsets(admin) {
  const ends = await admin.fetchTopicOffsets(topic);
  const sum = (rows, field) => rows.reduce((total, row) => total + Number(row[field]), 0);
  assert.strictEqual(sum(ends, 'high'), 2 * RECORDS);
  assert.strictEqual(sum(ends, 'low'), 0);
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  assert.strictEqual(sum(committed.partitions, 'offset'), 2 * RECORDS);
  await admin.resetOffsets({ groupId, topic, earliest: true });
  const [reset] = await admin.fetchOffsets({ groupId, topics: [topic], resolveOffsets: true });
  assert.strictEqual(sum(reset.partitions, 'offset'), 0);
  const byTime = await admin.fetchTopicOffsetsByTimestamp(topic, 1);
  assert(byTime.every(({ offset }) => Number(offset) === 0));
  console.log('offsets: ends, committed, reset, by time');
}

async function cleanUp(admin) {
  const { groups } = await admin.describeGroups([groupId]);
  assert.strictEqual(groups[0].state, 'Empty');
  assert((await admin.listGroups()).groups.some((group) => group.groupId === groupId));
  await admin.deleteGroups([groupId]);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] });
  const [first] = (await admin.fetchTopicOffsets(topic)).filter(({ partition }) => partition === 0);
  assert.strictEqual(first.low, first.high);
  await admin.deleteTopics({ topics: [topic] });
  assert(!(await admin.listTopics()).includes(topic));
  console.log('admin: groups, records and topic deleted');
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await createTopic(admin);
  await produce({}, 0, RECORDS);
  const first = await consume(RECORDS);
  assert.deepStrictEqual(first.sort(), values(0, RECORDS).sort());
  await produce({ idempotent: true, maxInFlightRequests: 1 }, RECORDS, 2 * RECORDS);
  const second = await consume(RECORDS);
  assert.deepStrictEqual(second.sort(), values(RECORDS, 2 * RECORDS).sort());
  await checkOffsets(admin);
  await cleanUp(admin);
  await admin.disconnect();
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
