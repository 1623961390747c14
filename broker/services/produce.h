// Appends what a producer sent, partition by partition, and answers once all of it is as durable as
// the producer asked for.
//
// acks=0 and acks=1 complete once the records are written, acks=all once they would survive a power
// cut (unless the broker was told otherwise). Records are never copied: the log patches and writes
// the bytes of the request.
//
// Threads: any. Lifetime: outlives its requests.
#pragma once

#include <memory>
#include <string_view>

#include "cluster/cluster.h"
#include "common/executor.h"
#include "protocol/produce.h"
#include "services/produce_run.h"

namespace monkafka::services {

struct ProduceOptions {
  bool flush_acks_all = true;  // monkafka.acks.all.flush
};

struct ProduceCall {
  // The message and all that it refers to stay valid until the call completes.
  const protocol::ProduceRequest& request;
  int16_t version = 0;  // below 3: UNSUPPORTED_VERSION, its records are of older formats
  // Only Kafka's own admin client may write to internal topics.
  std::string_view client_id;
  std::shared_ptr<void> records_owner;  // keeps the records' bytes alive
};

class ProduceService {
 public:
  ProduceService(cluster::Cluster& cluster, Timers& timers, ProduceOptions options)
      : cluster_(cluster), timers_(timers), options_(options) {}

  // The response has every partition of the request, in its order. `done` runs inline or on the
  // thread that finished the last append; its names refer to the request.
  void Produce(ProduceCall call, Callback<protocol::ProduceResponse> done);
  // The same, but nothing is appended before the run is committed: by the caller, who has no more
  // to add to it, or here, when it has become large or the request wants no reply (acks=0).
  void Produce(ProduceCall call, ProduceRun& run, Callback<protocol::ProduceResponse> done);

 private:
  cluster::Cluster& cluster_;
  Timers& timers_;
  const ProduceOptions options_;
};

}  // namespace monkafka::services
