// 4.x keeps the record classes in this package and 3.9 does not have it; with this class it exists
// for both, and the same imports compile.
package org.apache.kafka.common.record.internal;

final class RecordPackage {}
