#!/bin/bash
# Runs one class of the fetched Apache Kafka: kafka-run-class.sh CLASS [ARGUMENT...]
# Copied by tests/kafka/fetch to build/kafka/<version>/bin, as are the launchers that call it.
# As with Kafka's own script, KAFKA_HEAP_OPTS, KAFKA_JVM_PERFORMANCE_OPTS, KAFKA_LOG4J_OPTS,
# KAFKA_OPTS, CLASSPATH and JAVA_HOME may be set. KAFKA_LOG_LEVEL sets the level (WARN).

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd) || exit
# Unquoted below on purpose: each may hold several options.
: "${KAFKA_HEAP_OPTS:=-Xmx256M}"
# Starts quickly. A class archive that does not suit this JVM is ignored: silently, by -Xlog.
: "${KAFKA_JVM_PERFORMANCE_OPTS:=-XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -XX:SharedArchiveFile=$home/tools.jsa -Xlog:disable}"
: "${KAFKA_LOG4J_OPTS:=-Dlog4j.configuration=file:$home/config/log4j.properties \
  -Dlog4j2.configurationFile=$home/config/log4j2.properties}"
# shellcheck disable=SC2086
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" $KAFKA_HEAP_OPTS $KAFKA_JVM_PERFORMANCE_OPTS \
  -Xshare:auto -XX:-UsePerfData -Djava.awt.headless=true -Djava.io.tmpdir="$home/tmp" \
  -Dkafka.log.level="${KAFKA_LOG_LEVEL:-WARN}" $KAFKA_LOG4J_OPTS \
  -cp "$home/libs/*${CLASSPATH:+:$CLASSPATH}" $KAFKA_OPTS "$@"
