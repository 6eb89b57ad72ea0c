// What the engine says on sweeps, in Chinese.
export const sweep = {
  '"{0}" is no address of a bucket; write s3://BUCKET or s3://BUCKET/FOLDER.':
    "“{0}” 不是存储桶的地址；请写 s3://BUCKET 或 s3://BUCKET/FOLDER。",
  "{0}: there is no key for it; set {1} in the environment.": "{0}：没有其密钥；请在环境中设置 {1}。",
  "there is no such bucket; make it, or correct its name": "没有这个存储桶；请建立它，或改正名称",
  "the server does not know the key; correct AWS_ACCESS_KEY_ID": "服务器不认识该密钥；请改正 AWS_ACCESS_KEY_ID",
  "the server refuses the key; correct AWS_SECRET_ACCESS_KEY": "服务器拒绝该密钥；请改正 AWS_SECRET_ACCESS_KEY",
  "the key may not do this; it needs to read, write, list and delete in the bucket":
    "该密钥没有权限；它需要能在存储桶中读、写、列出和删除",
  "the key has expired; get a new one": "密钥已过期；请取得新的",
  "the bucket is in another region; set AWS_REGION": "存储桶在另一区域；请设置 AWS_REGION",
  "this machine's clock is wrong; correct it": "本机的时钟有误；请校正",
  "{0}.": "{0}。",
  "the server refuses ({0}, {1}): {2}": "服务器拒绝（{0}，{1}）：{2}",
  "{0} does not answer ({1}); start the server there, or correct AWS_ENDPOINT_URL.":
    "{0} 没有响应（{1}）；请在那里启动服务器，或改正 AWS_ENDPOINT_URL。",
  "{0} was fetched, and what came has other weights than in this job ({1}…); put the right one here.":
    "{0} 已下载，但其权重与此作业所用的（{1}…）不同；请把正确的模型放到此处。",
  "No model here has the weights that {0} has in this job ({1}…). Put it here, or let this worker fetch it with --allow-fetch.":
    "此处没有模型具有 {0} 在此作业中的权重（{1}…）。请把它放到此处，或用 --allow-fetch 让此工作进程下载它。",
  '"{0}" is no address of a queue; write redis://HOST:PORT or redis://:PASSWORD@HOST:PORT.':
    "“{0}” 不是队列的地址；请写 redis://HOST:PORT 或 redis://:PASSWORD@HOST:PORT。",
  "refuses the password; write redis://:PASSWORD@HOST:PORT with the right one":
    "拒绝该密码；请写带正确密码的 redis://:PASSWORD@HOST:PORT",
  "does not answer ({0}); start Redis or Valkey there, or correct the address":
    "没有响应（{0}）；请在那里启动 Redis 或 Valkey，或改正地址",
  "does not know {0}": "没有操作 {0}",
  "gives the result of {0} in form {1}": "的 {0} 结果为格式 {1}",
  "Secateur {0} on this machine {1}, and the job asks for form {2}; use one version everywhere.":
    "本机的 Secateur {0} {1}，而作业要求格式 {2}；请在各处使用同一版本。",
  " Verbs are {0}.": " 可用的操作有 {0}。",
  ' Did you mean "{0}"?': " 你是指 “{0}” 吗？",
  'there is no verb "{0}".{1}': "没有操作 “{0}”。{1}",
  "the grid has {0} cells, and a sweep has {1} at most; split it into several files.":
    "网格有 {0} 格，而一次扫描最多 {1} 格；请拆分为几个文件。",
  "there is no task file {0}; name tasks from the folder of the sweep file on.":
    "没有任务文件 {0}；请从扫描文件所在的文件夹起指名任务。",
  '"{0}" is no setting of {1}; correct the name or leave it out.{2}': "“{0}” 不是 {1} 的设置；请改正名称或去掉它。{2}",
  "{0} is {1}, which {2} cannot take. {3}": "{0} 为 {1}，{2} 不能接受。{3}",
  "--only {0}: write an axis and its value; axes are {1}.": "--only {0}：请写轴及其值；轴有 {1}。",
  "--only {0}: {1} is none of {2}.": "--only {0}：{1} 不在 {2} 中。",
  "job {0} has no result: {1}": "作业 {0} 没有结果：{1}",
  "it is not done": "它尚未完成",
  "its bytes are not what was written": "其字节与写入时不同",
  "it is missing": "它不存在",
  "{0}: {1}; delete {2} in the store, and the job is done again.": "{0}：{1}；请删除存储中的 {2}，作业会重新进行。",
  "{0}: it is no record of this job that this version can read; delete it, and the job is done again.":
    "{0}：不是此版本能读取的该作业的记录；请删除它，作业会重新进行。",
  "{0} cells ask for what another cell asks for; done once.": "{0} 格与其他格的要求相同；只做一次。",
  "{0}: job {1} has no result: {2}": "{0}：作业 {1} 没有结果：{2}",
};
